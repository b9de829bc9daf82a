using System;
using System.Globalization;
using System.IO;
using System.Linq;
using Virt.Linux.Files;

namespace Virt.Linux.Processes;

/// <summary>What the kernel holds a process to that runs: its limits (prlimit(2)), and its score when memory runs out (proc_pid_oom_score_adj(5)).</summary>
public static unsafe class ProcessLimits
{
    private const int SystemResource = 24; // CAP_SYS_RESOURCE of linux/capability.h

    /// <summary>True where this process may raise limits of others, and of itself, beyond what they have.</summary>
    public static bool MayRaise { get; } = (ulong.Parse(
        File.ReadLines("/proc/self/status").First(static line => line.StartsWith("CapEff:", StringComparison.Ordinal))[7..], NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> SystemResource & 1) != 0;

    /// <summary>How many open files a process may be allowed at most (proc_sys_fs(5)).</summary>
    public static ulong MostOpenFiles => ulong.Parse(File.ReadAllText("/proc/sys/fs/nr_open"), CultureInfo.InvariantCulture);

    /// <summary>Reads a limit; null where the process has ended.</summary>
    /// <param name="id">The process.</param>
    /// <param name="resource">RLIMIT_*.</param>
    /// <exception cref="LinuxException">The kernel does not tell it.</exception>
    public static ResourceLimit? Read(int id, int resource)
    {
        var now = stackalloc ulong[2];
        // SAFETY: two numbers on this frame's stack, which the kernel writes.
        return HasEnded(Libc.prlimit(id, resource, null, now)) ? null : new ResourceLimit(resource, now[0], now[1]);
    }

    /// <summary>Sets a limit, of threads that run too; false where the process has ended.</summary>
    /// <param name="id">The process.</param>
    /// <param name="limit">The limit.</param>
    /// <exception cref="LinuxException">EPERM: the host allows no such limit, or this process may not raise one: <see cref="MostOpenFiles"/>, <see cref="MayRaise"/>.</exception>
    public static bool Set(int id, ResourceLimit limit)
    {
        var to = stackalloc ulong[2] { limit.Soft, limit.Hard };
        // SAFETY: two numbers on this frame's stack, which the kernel reads.
        return !HasEnded(Libc.prlimit(id, limit.Resource, to, null));
    }

    /// <summary>Reads a score; null where the process has ended.</summary>
    public static int? ReadScore(int id)
    {
        try
        {
            return int.Parse(File.ReadAllText(ScoreOf(id)), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// Sets a score, which is then the lowest one too that the process may give itself where this one has CAP_SYS_RESOURCE; false where it has ended, or where it is lower than this process may set, as it is let be at a start.
    /// </summary>
    /// <param name="id">The process.</param>
    /// <param name="score">-1000 to 1000.</param>
    public static bool SetScore(int id, int score)
    {
        try
        {
            FileHandles.WriteText(ScoreOf(id), score.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ESRCH or Errno.EACCES)
        {
            return false;
        }
    }

    private static string ScoreOf(int id) => string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/oom_score_adj");

    private static bool HasEnded(int result) => result == 0 ? false : Libc.Error("prlimit") is { Errno: Errno.ESRCH } ? true : throw Libc.Error("prlimit");
}
