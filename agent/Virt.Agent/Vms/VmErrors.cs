using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Qmp;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What can go wrong with a machine's parts, in the words of the machine. Each begins <c>Cannot VERB VM 'NAME': </c>.</summary>
internal static class VmErrors
{
    /// <summary>The id of the error of what is refused because the machine is being moved.</summary>
    public const string MovingId = "VMMoving";

    /// <summary>The disk cannot be made or used.</summary>
    public static VirtException Disk(string verb, string name, DiskException e)
    {
        var start = $"Cannot {verb} VM '{name}': ";
        return e.Problem switch
        {
            DiskProblem.Missing => new(ErrorCode.NotFound, "DiskNotFound", $"{start}there is no disk '{e.Path}'.", e.Path, $"ls -l '{e.Path}'", e),
            DiskProblem.NoFolder => new(ErrorCode.NotFound, "FolderNotFound", $"{start}there is no folder '{e.Path}' for its disk.", e.Path, $"mkdir -p '{e.Path}'", e),
            DiskProblem.Exists => new(ErrorCode.AlreadyExists, "DiskAlreadyExists", $"{start}there is a file '{e.Path}' already.", e.Path, $"New-VM -Name {name} -VHDPath '{e.Path}'", e),
            DiskProblem.InUse => new(ErrorCode.Conflict, "DiskInUse", $"{start}its disk '{e.Path}' is in use by {DiskHolders.Words(e.Path)}.", e.Path, $"fuser -v '{e.Path}'", e),
            DiskProblem.Damaged => new(ErrorCode.DataLoss, "DiskDamaged", $"{start}its disk '{e.Path}' is damaged or no disk image ({Sentence(e.Detail)}).", e.Path, $"qemu-img check '{e.Path}'", e),
            DiskProblem.NoSpace => new(ErrorCode.ResourceExhausted, "DiskFull", $"{start}there is no space for its disk '{e.Path}'.", e.Path, "df -h", e),
            _ => new(ErrorCode.Unavailable, "DiskUnavailable", $"{start}its disk '{e.Path}' cannot be used ({Sentence(e.Detail)}).", e.Path, $"ls -l '{e.Path}'", e),
        };
    }

    /// <summary>QEMU ended before the machine ran.</summary>
    /// <param name="name">The machine's.</param>
    /// <param name="disks">Its disks, the first one first, by their nodes' names.</param>
    /// <param name="how">How it ended.</param>
    /// <param name="said">What it said.</param>
    public static VirtException Ended(string name, IReadOnlyList<(string Node, string Path)> disks, string how, string said)
    {
        var lastLine = QemuWords.Last(said);
        var named = QemuWords.Node(said) is { } node ? disks.FirstOrDefault(disk => disk.Node == node).Path : null;
        if (disks.Count > 0 && (lastLine.Contains("\" lock", StringComparison.Ordinal) || lastLine.Contains("Is another process using", StringComparison.Ordinal)))
        {
            return Disk("start", name, new DiskException(DiskProblem.InUse, named ?? disks[0].Path, lastLine));
        }

        // A block device whose file is there, and whose content it cannot use.
        if (named is not null)
        {
            return Disk("start", name, new DiskException(DiskProblem.Damaged, named, lastLine));
        }

        var message = $"Cannot start VM '{name}': QEMU {how} before it opened its monitor{(lastLine.Length > 0 ? ": " + Sentence(lastLine) : "")}.";
        return lastLine switch
        {
            _ when lastLine.Contains("Cannot allocate memory", StringComparison.Ordinal) || lastLine.Contains("cannot set up guest memory", StringComparison.Ordinal) =>
                new(ErrorCode.ResourceExhausted, "NoMemory", message, name, "Get-VirtHost"),
            _ => new(ErrorCode.Unavailable, "QemuEnded", message, name, "Test-VirtHost"),
        };
    }

    /// <summary>QEMU refused a command.</summary>
    public static VirtException Refused(string verb, string name, QmpException e) =>
        new(ErrorCode.WrongState, "QemuRefused", $"Cannot {verb} VM '{name}': QEMU refused '{e.Command}' ({Sentence(e.Description)}).", name, $"Stop-VM -Name {name} -TurnOff", e);

    /// <summary>It has disks beside its first, which that cannot be done with.</summary>
    public static VirtException FurtherDisks(string verb, string name, IEnumerable<VmDrive> drives, string why) =>
        new(ErrorCode.NotSupported, "VMHasFurtherDisks", $"Cannot {verb} VM '{name}': {why} ({string.Join(", ", drives.Select(static drive => drive.Name))}).", name, $"Get-VMHardDiskDrive {name}");

    /// <summary>The machine has no such part.</summary>
    /// <param name="verb">What was to be done with it.</param>
    /// <param name="part">Such as <c>network adapter</c>: its last word stands for it too.</param>
    /// <param name="id">The error's.</param>
    /// <param name="name">The name that was looked for.</param>
    /// <param name="machine">The machine's name; empty: several were looked through.</param>
    /// <param name="names">What there is.</param>
    /// <param name="command">Shows what there is.</param>
    public static VirtException NoPart(string verb, string part, string id, string name, string machine, IEnumerable<string> names, string command)
    {
        var there = names.Distinct(StringComparer.Ordinal).ToList();
        var has = there.Count == 0 ? "it has none" : $"there is {string.Join(", ", there)}";
        return new(ErrorCode.NotFound, id, $"Cannot {verb} {part} '{name}'{(machine.Length > 0 ? $" of VM '{machine}'" : "")}: no {part.Split(' ')[^1]} has that name; {has}.", name, $"{command}{(machine.Length > 0 ? $" {machine}" : "")}");
    }

    /// <summary>QEMU does not answer, or has just ended.</summary>
    public static VirtException NoMonitor(string verb, string name, Exception? e = null) =>
        new(ErrorCode.Unavailable, "QemuSilent", $"Cannot {verb} VM '{name}': QEMU does not answer on its monitor.", name, $"Stop-VM -Name {name} -TurnOff", e);

    /// <summary>The QEMU that was to take a machine over has ended.</summary>
    public static VirtException ReceiverEnded(string name, string host) =>
        new(ErrorCode.Unavailable, "QemuEnded", $"Cannot move VM '{name}' to host '{host}': its QEMU there ended.", name, "Compare-VM");

    /// <summary>The guest agent is not there, or does not answer.</summary>
    public static VirtException NoGuestAgent(string verb, string name, string why, Exception? e = null) =>
        new(ErrorCode.Unavailable, "GuestAgentSilent", $"Cannot {verb} VM '{name}': {why}.", name, $"Wait-VM -Name {name} -For GuestAgent", e);

    /// <summary>The machine is on its way to another host.</summary>
    public static VirtException Moving(string verb, string name, VmMove move) =>
        new(ErrorCode.Conflict, MovingId, $"Cannot {verb} VM '{name}': it is being moved to host '{move.PeerName}'.", name, $"Stop-VirtOperation -Id {move.OperationId}");

    /// <summary>The machine has gone to another host, for all that this one knows.</summary>
    public static VirtException Released(string verb, string name, VmMove move) => new(
        ErrorCode.Conflict,
        "VMMoved",
        $"Cannot {verb} VM '{name}': it has been moved to host '{move.PeerName}', which has not yet said that it has it.",
        name,
        verb == "remove" ? $"Remove-VM -Name {name} -Force" : $"Get-VM -Name {name} -ComputerName {move.PeerName}");

    /// <summary>Disks of other machines stand on this one's.</summary>
    public static VirtException HasCopies(string verb, string name, IReadOnlyCollection<string> copies) => new(
        ErrorCode.Conflict,
        "VMHasLinkedCopies",
        $"Cannot {verb} VM '{name}': {(copies.Count == 1 ? "the disk of its linked copy" : "the disks of its linked copies")} {Names(copies)} {(copies.Count == 1 ? "stands" : "stand")} on its disk.",
        name,
        $"Remove-VM -Name {string.Join(',', copies)} -DeleteDisk");

    /// <summary>Names for people, the first of them where there are many.</summary>
    public static string Names(IReadOnlyCollection<string> names)
    {
        var quoted = names.Take(5).Select(static name => $"'{name}'").ToList();
        return names.Count > 5 ? $"{string.Join(", ", quoted)} and {names.Count - 5} more"
            : names.Count == 1 ? quoted[0]
            : $"{string.Join(", ", quoted[..^1])} and {quoted[^1]}";
    }

    /// <summary>The disk is another VM's, on whichever host.</summary>
    public static VirtException Leased(string verb, string name, string path, DiskLease lease) => new(
        ErrorCode.Conflict,
        "DiskLeased",
        $"Cannot {verb} VM '{name}': its disk '{path}' belongs to VM '{lease.VMName}' of host '{lease.HostName}' (its lease is at epoch {lease.Epoch}).",
        path,
        $"Get-VM -Name {lease.VMName} -ComputerName {lease.HostName}. Where that host is gone for ever: rm '{DiskLeaseFile.PathOf(path)}'");

    /// <summary>A text of somebody else, to stand inside a sentence.</summary>
    public static string Sentence(string text) => text.Trim().TrimEnd('.');
}
