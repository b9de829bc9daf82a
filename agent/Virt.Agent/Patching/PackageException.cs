using System;
using System.Collections.Generic;

namespace Virt.Agent.Patching;

/// <summary>A package manager did not do what it was asked to. Its error has no workload's name yet: the engine knows that.</summary>
public sealed class PackageException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="code">Which of the closed set.</param>
    /// <param name="id">The error's stable name.</param>
    /// <param name="cause">Why, as the end of a sentence.</param>
    /// <param name="failed">The names of the packages that failed, with why, as the end of a sentence.</param>
    /// <param name="output">Everything that was written.</param>
    public PackageException(ErrorCode code, string id, string cause, IReadOnlyDictionary<string, string> failed, string output)
        : base(cause)
    {
        Code = code;
        Id = id;
        Failed = failed;
        Output = output;
    }

    /// <summary>Which of the closed set.</summary>
    public ErrorCode Code { get; }

    /// <summary>The error's stable name.</summary>
    public string Id { get; }

    /// <summary>The packages that failed, each with why.</summary>
    public IReadOnlyDictionary<string, string> Failed { get; }

    /// <summary>Everything that the package manager wrote.</summary>
    public string Output { get; }
}
