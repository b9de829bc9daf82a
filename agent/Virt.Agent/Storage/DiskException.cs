using System;

namespace Virt.Agent.Storage;

/// <summary>A disk image cannot be made or used. Whoever knows the VM that it is for turns this into an error for the user.</summary>
public sealed class DiskException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="path">The disk image.</param>
    /// <param name="detail">What qemu-img or the kernel said.</param>
    public DiskException(DiskProblem problem, string path, string detail)
        : base($"disk '{path}': {detail}")
    {
        Problem = problem;
        Path = path;
        Detail = detail;
    }

    /// <summary>What is wrong.</summary>
    public DiskProblem Problem { get; }

    /// <summary>The disk image.</summary>
    public string Path { get; }

    /// <summary>What qemu-img or the kernel said.</summary>
    public string Detail { get; }
}
