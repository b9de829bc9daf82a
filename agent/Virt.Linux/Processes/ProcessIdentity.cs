using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace Virt.Linux.Processes;

/// <summary>What proves, after a restart of ours, that a process is still the same one.</summary>
/// <param name="Id">Its id; ids are used again.</param>
/// <param name="Inode">The inode of its pidfd: unique until the next boot from Linux 6.9 on, the same for all before.</param>
/// <param name="StartTicks">Field 22 of /proc/PID/stat: when it started, in clock ticks since boot.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProcessIdentity(int Id, ulong Inode, ulong StartTicks)
{
    /// <summary>Reads the start time of a process; 0 where there is none.</summary>
    public static ulong ReadStartTicks(int id)
    {
        try
        {
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{id}/stat"));
            // The name, second, stands in parentheses and may hold anything; the third field follows the last parenthesis.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[22 - 3], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
