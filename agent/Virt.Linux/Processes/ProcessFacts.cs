using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace Virt.Linux.Processes;

/// <summary>What the kernel tells of one process (proc_pid_stat(5), proc_pid_status(5)).</summary>
/// <param name="HostId">Its id here.</param>
/// <param name="Id">Its id in the innermost process namespace that it is in.</param>
/// <param name="HostParentId">Its parent's id here; 0: none that is seen.</param>
/// <param name="UserId">Its effective user, as this process counts.</param>
/// <param name="State">R, S, D, T, Z …</param>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="CpuTime">Processor time.</param>
/// <param name="StartTime">When it was started.</param>
/// <param name="Command">The command line; the program's name in brackets where that is empty.</param>
public sealed record ProcessFacts(int HostId, int Id, int HostParentId, uint UserId, string State, long MemoryBytes, TimeSpan CpuTime, DateTimeOffset StartTime, string Command)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every architecture that we are on
    private const int LongestCommand = 4096;

    /// <summary>Reads it; null where it has ended.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="proc">Where proc(5) is mounted.</param>
    public static ProcessFacts? Read(int id, string proc = "/proc")
    {
        try
        {
            var folder = Path.Combine(proc, id.ToString(CultureInfo.InvariantCulture));
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            // The name may hold anything, also parentheses: the last one ends it.
            var end = stat.LastIndexOf(')');
            var name = stat[(stat.IndexOf('(') + 1)..end];
            var fields = stat[(end + 2)..].Split(' '); // from the third on
            var status = File.ReadAllLines(Path.Combine(folder, "status"));
            var ids = Field(status, "NSpid:").Split('\t', StringSplitOptions.RemoveEmptyEntries);
            var memory = Field(status, "VmRSS:").Trim().Split(' ')[0];
            return new ProcessFacts(
                id,
                ids.Length > 0 ? int.Parse(ids[^1], CultureInfo.InvariantCulture) : id,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                uint.Parse(Field(status, "Uid:").Split('\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture),
                fields[0],
                long.TryParse(memory, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes * 1024 : 0,
                TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond),
                BootTime(proc) + TimeSpan.FromSeconds(long.Parse(fields[19], CultureInfo.InvariantCulture) / TicksPerSecond),
                CommandLine(Path.Combine(folder, "cmdline")) is { Length: > 0 } line ? line : $"[{name}]");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string Field(string[] lines, string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? "";

    private static DateTimeOffset BootTime(string proc) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(File.ReadLines(Path.Combine(proc, "stat")).First(static l => l.StartsWith("btime ", StringComparison.Ordinal))[6..], CultureInfo.InvariantCulture));

    private static string CommandLine(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return Encoding.UTF8.GetString(bytes, 0, Math.Min(bytes.Length, LongestCommand)).TrimEnd('\0').Replace('\0', ' ');
    }
}
