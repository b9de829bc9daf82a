using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace Virt.Linux.Processes;

/// <summary>What a process has used: all its threads together, also those that have ended.</summary>
/// <param name="CpuTime">Processor time since its start; the kernel counts in hundredths of a second.</param>
/// <param name="MemoryBytes">Memory that is in no file: its own, and shared memory that it has touched.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProcessUsage(TimeSpan CpuTime, long MemoryBytes)
{
    // USER_HZ of include/asm-generic/param.h, which is a part of the kernel's interface.
    private const long TicksPerSecond = 100;

    /// <summary>Reads what a process uses; null where it has ended. Source: proc_pid_stat(5), proc_pid_status(5).</summary>
    /// <param name="id">The process.</param>
    /// <param name="root">Where proc(5) is.</param>
    public static ProcessUsage? Read(int id, string root = "/proc")
    {
        try
        {
            var folder = FormattableString.Invariant($"{root}/{id}");
            var stat = File.ReadAllText(folder + "/stat");
            // The name, second, stands in parentheses and may hold anything; the third field follows the last parenthesis.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = long.Parse(fields[14 - 3], CultureInfo.InvariantCulture) + long.Parse(fields[15 - 3], CultureInfo.InvariantCulture);
            long kilobytes = 0;
            foreach (var line in File.ReadLines(folder + "/status"))
            {
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                {
                    kilobytes += long.Parse(line.AsSpan(line.IndexOf(':') + 1).TrimEnd("kB"), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
                }
            }

            return new ProcessUsage(TimeSpan.FromTicks(ticks * (TimeSpan.TicksPerSecond / TicksPerSecond)), kilobytes << 10);
        }
        catch (IOException)
        {
            // ESRCH while it is read: it has just ended.
            return null;
        }
    }
}
