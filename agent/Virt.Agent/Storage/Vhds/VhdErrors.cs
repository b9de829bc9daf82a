using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <summary>What can go wrong with a disk image. Each begins <c>Cannot VERB disk 'PATH': </c>.</summary>
internal static class VhdErrors
{
    /// <summary>The image cannot be made or used.</summary>
    /// <param name="verb">What was to be done, such as <c>convert</c>.</param>
    /// <param name="path">The image that it was to be done with.</param>
    /// <param name="e">What is wrong, and with which file.</param>
    public static VirtException From(string verb, string path, DiskException e)
    {
        var start = $"Cannot {verb} disk '{path}': ";
        var it = e.Path == path ? "it" : $"'{e.Path}'";
        return e.Problem switch
        {
            DiskProblem.Missing => new(ErrorCode.NotFound, "DiskNotFound", $"{start}there is no file '{e.Path}'.", e.Path, $"ls -l '{e.Path}'", e),
            DiskProblem.NoFolder => new(ErrorCode.NotFound, "FolderNotFound", $"{start}there is no folder '{e.Path}'.", e.Path, $"mkdir -p '{e.Path}'", e),
            DiskProblem.Exists => new(ErrorCode.AlreadyExists, "DiskAlreadyExists", $"{start}there is a file '{e.Path}' already.", e.Path, $"Get-VHD -Path '{e.Path}'", e),
            DiskProblem.InUse => InUse(start, e.Path, it, e),
            DiskProblem.Damaged => new(ErrorCode.DataLoss, "DiskDamaged", $"{start}{it} is damaged or no disk image ({Sentence(e.Detail)}).", e.Path, $"Test-VHD -Path '{e.Path}'", e),
            DiskProblem.NoSpace => new(ErrorCode.ResourceExhausted, "DiskFull", $"{start}the file system of '{e.Path}' is full.", e.Path, "df -h", e),
            _ => new(ErrorCode.Unavailable, "DiskUnavailable", $"{start}{it} cannot be used ({Sentence(e.Detail)}).", e.Path, $"ls -l '{e.Path}'", e),
        };
    }

    /// <summary>A machine's state does not allow it.</summary>
    public static VirtException WrongState(string verb, string path, VhdUser user, string required) =>
        new(ErrorCode.WrongState, "DiskWrongState", $"Cannot {verb} disk '{path}': it is the disk of VM '{user.Name}', which is {user.State}; {required} is required.", path, $"Stop-VM -Name {user.Name}");

    /// <summary>A machine has it, in whatever state.</summary>
    public static VirtException BelongsTo(string verb, string path, VhdUser user, string why) =>
        new(ErrorCode.WrongState, "DiskAttached", $"Cannot {verb} disk '{path}': {Role(user)} VM '{user.Name}', {why}.", path, $"Get-VM -Name {user.Name}");

    /// <summary>A value that can never be right.</summary>
    public static VirtException Invalid(string verb, string path, string id, string why, string action) =>
        new(ErrorCode.InvalidArgument, id, $"Cannot {verb} disk '{path}': {why}.", path, action);

    /// <summary>The format cannot do it.</summary>
    public static VirtException NotSupported(string verb, string path, string id, string why, string action) =>
        new(ErrorCode.NotSupported, id, $"Cannot {verb} disk '{path}': {why}.", path, action);

    /// <summary>Something below it is not there.</summary>
    public static VirtException NoParent(string verb, string path, string parent) =>
        new(ErrorCode.DataLoss, "ParentNotFound", $"Cannot {verb} disk '{path}': what it stands on, '{parent}', is not there; without it what it holds cannot be read.", path, $"ls -l '{parent}'");

    /// <summary>There is no room for it.</summary>
    public static VirtException NoRoom(string verb, string path, string folder, long free, long needed) =>
        new(ErrorCode.ResourceExhausted, "DiskFull", $"Cannot {verb} disk '{path}': '{folder}' has {ByteText.Of(free)} free; {ByteText.Of(needed)} are required.", path, $"df -h '{folder}'");

    /// <summary>Another call is at it.</summary>
    public static VirtException Busy(string verb, string path) =>
        new(ErrorCode.Conflict, "DiskBusy", $"Cannot {verb} disk '{path}': another operation is working on it.", path, "Get-VirtOperation");

    /// <summary>Another host has it.</summary>
    public static VirtException Leased(string verb, string path, DiskLease lease) => new(
        ErrorCode.Conflict,
        "DiskLeased",
        $"Cannot {verb} disk '{path}': it belongs to VM '{lease.VMName}' of host '{lease.HostName}' (its lease is at epoch {lease.Epoch}).",
        path,
        $"Get-VM -Name {lease.VMName} -ComputerName {lease.HostName}. Where that host is gone for ever: rm '{DiskLeaseFile.PathOf(path)}'");

    private static VirtException InUse(string start, string path, string it, DiskException e) =>
        new(ErrorCode.Conflict, "DiskInUse", $"{start}{it} is in use by {DiskHolders.Words(path)}.", path, $"fuser -v '{path}'", e);

    private static string Role(VhdUser user) => user.Use switch
    {
        VhdUse.Disk => "it is the disk of",
        VhdUse.Checkpoint => "a checkpoint keeps it for",
        _ => "on it stands the disk of",
    };

    private static string Sentence(string text) => text.Trim().TrimEnd('.');
}
