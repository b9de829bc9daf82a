using System;
using System.Collections.Generic;
using System.Globalization;

namespace Virt.Agent.Containers.Machine;

/// <summary>Reads what Native/Init/list.c writes of the processes in a container's own virtual machine (proc_pid_stat(5)). What does not fit is passed over: a guest wrote it.</summary>
internal static class MachineProcesses
{
    private const double TicksPerSecond = 100; // USER_HZ
    private const long PageBytes = 4096;

    /// <summary>The processes, in the order of their ids. None of them is one of the host's.</summary>
    /// <param name="name">The container's.</param>
    /// <param name="text">When the machine was started, then three lines for each process.</param>
    public static ContainerProcess[] Parse(string name, string text)
    {
        var lines = text.Split('\n');
        var start = DateTimeOffset.FromUnixTimeSeconds(long.TryParse(lines[0].Split(' ')[^1], CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 253402300800 ? seconds : 0);
        var found = new List<ContainerProcess>();
        for (var at = 1; at + 2 < lines.Length; at += 3)
        {
            if (ParseOne(name, start, lines[at], lines[at + 1], lines[at + 2]) is { } one)
            {
                found.Add(one);
            }
        }

        found.Sort(static (a, b) => a.ProcessId.CompareTo(b.ProcessId));
        return [.. found];
    }

    private static ContainerProcess? ParseOne(string name, DateTimeOffset start, string stat, string user, string command)
    {
        // The program's name may hold anything, also parentheses: the last one ends it.
        var (open, close) = (stat.IndexOf('('), stat.LastIndexOf(')'));
        try
        {
            var fields = stat[(close + 2)..].Split(' '); // from the third on
            return new ContainerProcess
            {
                Name = name,
                ProcessId = int.Parse(stat[..(open - 1)], CultureInfo.InvariantCulture),
                ParentId = int.Parse(fields[1], CultureInfo.InvariantCulture),
                UserId = uint.Parse(user.Split('\t', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture),
                State = fields[0],
                CpuTime = TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond),
                StartTime = start + TimeSpan.FromSeconds(long.Parse(fields[19], CultureInfo.InvariantCulture) / TicksPerSecond),
                MemoryBytes = long.Parse(fields[21], CultureInfo.InvariantCulture) * PageBytes,
                Command = command.Length > 0 ? command : $"[{stat[(open + 1)..close]}]",
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
