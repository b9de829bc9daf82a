using System;

namespace Virt.Linux.Processes;

/// <summary>A process could not be launched.</summary>
public sealed class LaunchException : Exception
{
    internal LaunchException(LaunchStep step, int errno, string? subject)
        : base($"launch, {step}{(subject is null ? "" : $" '{subject}'")}: {Linux.Errno.Name(errno)}", new LinuxException(step.ToString(), errno, subject))
    {
        Step = step;
        Errno = errno;
        Subject = subject;
    }

    /// <summary>A command that somebody else has tried to execute.</summary>
    /// <param name="errno">Why it could not be.</param>
    public static LaunchException OfCommand(int errno) => new(LaunchStep.Execute, errno, null);

    /// <summary>What failed.</summary>
    public LaunchStep Step { get; }

    /// <summary>The errno.</summary>
    public int Errno { get; }

    /// <summary>The path or name that it was about, where there is one.</summary>
    public string? Subject { get; }

    /// <summary>The errno in words.</summary>
    public string Cause => ((LinuxException)InnerException!).Cause;
}
