using System;
using System.Runtime.InteropServices;

namespace Virt.Linux.Processes;

/// <summary>How a process ended. One of <see cref="ExitCode"/> and <see cref="Signal"/> is set; neither where nobody could learn it.</summary>
/// <param name="ExitCode">What it passed to exit, 0 to 255.</param>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="Time">When its parent learned it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ExitStatus(int? ExitCode, int? Signal, DateTimeOffset Time)
{
    /// <summary>The exit code; 128 + n where signal n ended it; null where it could not be learned.</summary>
    public int? Code => ExitCode ?? 128 + Signal;

    /// <summary>An end of which only the time is known.</summary>
    public static ExitStatus Unknown(DateTimeOffset time) => new(null, null, time);

    /// <summary>From a wait status as wait(2) has it.</summary>
    public static ExitStatus FromWaitStatus(int status, DateTimeOffset time) =>
        (status & 0x7F) == 0 ? new ExitStatus((status >> 8) & 0xFF, null, time) : new ExitStatus(null, status & 0x7F, time);
}
