using System;
using System.Runtime.InteropServices;

namespace Virt.Linux;

/// <summary>A system call has failed. Whoever knows the object that it was for turns this into an error for the user.</summary>
public sealed class LinuxException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="call">The system call, such as <c>mount</c>.</param>
    /// <param name="errno">Its error number, positive: errno(3).</param>
    /// <param name="about">What it was called for, such as a path; null where the call says it all.</param>
    public LinuxException(string call, int errno, string? about = null)
        : base(about is null
            ? $"{call}: {Marshal.GetPInvokeErrorMessage(errno)} ({Linux.Errno.Name(errno)})"
            : $"{call} '{about}': {Marshal.GetPInvokeErrorMessage(errno)} ({Linux.Errno.Name(errno)})")
    {
        Call = call;
        Errno = errno;
        About = about;
    }

    /// <summary>The system call.</summary>
    public string Call { get; }

    /// <summary>Its error number, positive; <see cref="Linux.Errno"/> has names.</summary>
    public int Errno { get; }

    /// <summary>What it was called for.</summary>
    public string? About { get; }

    /// <summary>What the number means, such as <c>No such file or directory</c>.</summary>
    public string Cause => Marshal.GetPInvokeErrorMessage(Errno);
}
