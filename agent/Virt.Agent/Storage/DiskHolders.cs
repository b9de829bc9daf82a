using System;
using System.Linq;
using Virt.Linux.Processes;

namespace Virt.Agent.Storage;

/// <summary>Who has a disk image open, in words.</summary>
internal static class DiskHolders
{
    /// <summary>Such as <c>process 12 (qemu-nbd)</c>: those that lock it, else all; the kernel knows, wherever the process is.</summary>
    /// <param name="path">The file.</param>
    public static string Words(string path)
    {
        var holders = FileHolders.Find(path);
        var locking = holders.Where(static holder => holder.IsLocking).ToList();
        var named = (locking.Count > 0 ? locking : holders).Select(static holder => FormattableString.Invariant($"process {holder.Id} ({holder.Name})")).ToList();
        return named.Count == 0 ? "a process that this host does not see" : string.Join(" and ", named);
    }
}
