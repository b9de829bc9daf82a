using System;
using System.IO;
using System.Linq;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>What kept a process of a container from starting, as its user is told.</summary>
internal static class LaunchError
{
    private const int NoMemory = 12;
    private const int OverQuota = 122;

    /// <summary>True for what says that the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(Exception e) => e is LinuxException { Errno: Errno.ENOSPC or OverQuota } or IOException { HResult: Errno.ENOSPC or OverQuota };

    /// <summary>The error for a container's first process.</summary>
    public static VirtException Of(string name, ContainerSpec spec, Exception e) =>
        e is LaunchException { Step: LaunchStep.RootStep, Errno: Errno.ENOTDIR or Errno.EISDIR } launch && spec.Volumes.FirstOrDefault(volume => volume.Target == launch.Subject) is { } other
            ? OfPlace("start", name, other, launch.Errno, e)
            : Of($"Cannot start container '{name}'", name, spec.Command[0], spec.WorkingDirectory, e);

    /// <summary>The error for a folder whose place in the container is a file, or the other way round.</summary>
    /// <param name="verb">What is done with the container.</param>
    /// <param name="name">Its name.</param>
    /// <param name="volume">The volume.</param>
    /// <param name="errno">EISDIR where the place is a folder, or ENOTDIR.</param>
    /// <param name="e">What the kernel, or whoever looked, said.</param>
    public static VirtException OfPlace(string verb, string name, ContainerVolume volume, int errno, Exception e) => new(
        ErrorCode.InvalidArgument,
        "VolumePlaceOtherKind",
        $"Cannot {verb} container '{name}': '{volume.Source}' is {(errno == Errno.EISDIR ? "no folder" : "a folder")}, and its place '{volume.Target}' in it is {(errno == Errno.EISDIR ? "one" : "none, or lies below what is none")}.",
        name,
        $"Set-Container {name} -Volume '{(volume.VolumeName.Length > 0 ? volume.VolumeName : volume.Source)}:/other/place'",
        e);

    /// <summary>The error for a program that is not there, found before anything was started.</summary>
    public static VirtException OfProgram(string verb, string name, string program, bool isThere) => isThere
        ? new VirtException(ErrorCode.InvalidArgument, "ProgramNotExecutable", $"Cannot {verb} container '{name}': '{program}' cannot be executed: its file has no right to it.", name, "Use a program whose file is executable.")
        : new VirtException(ErrorCode.NotFound, "ProgramNotFound", $"Cannot {verb} container '{name}': its file system has no program '{program}'.", name, "Use a program that the image has, with its full path or one on its PATH.");

    /// <summary>The error for a further process.</summary>
    public static VirtException OfCommand(string name, string program, string workingDirectory, Exception e) =>
        Of($"Cannot run '{program}' in container '{name}'", name, program, workingDirectory, e);

    /// <summary>What keeps a container from being copied.</summary>
    public static VirtException OfCopy(string name, Exception e) => Of($"Cannot copy container '{name}'", name, "", "/", e);

    /// <summary>What keeps a container from being imported.</summary>
    public static VirtException OfImport(string name, Exception e) => Of($"Cannot import container '{name}'", name, "", "/", e);

    private static VirtException Of(string action, string name, string program, string workingDirectory, Exception e) => e switch
    {
        VirtException known => known,
        LaunchException { Step: LaunchStep.Execute, Errno: Errno.ENOENT or Errno.ENOTDIR } => new VirtException(
            ErrorCode.NotFound, "ProgramNotFound", $"{action}: its file system has no program '{program}'.", name, "Use a program that the image has, with its full path or one on its PATH.", e),
        LaunchException { Step: LaunchStep.Execute } denied => new VirtException(
            ErrorCode.InvalidArgument, "ProgramNotExecutable", $"{action}: '{program}' cannot be executed ({denied.Cause}).", name, "Use a program for this architecture whose file is executable.", e),
        LaunchException { Step: LaunchStep.Init } init => new VirtException(
            ErrorCode.NotSupported, "InitNotAvailable", $"{action}: the host does not let its init be executed from memory ({init.Cause}).", name, "sysctl vm.memfd_noexec", e),
        LaunchException { Step: LaunchStep.Label } label => new VirtException(
            ErrorCode.PermissionDenied, "LabelRefused", $"{action}: SELinux does not let its processes have its label ({label.Cause}).", name, "Test-VirtHost", e),
        LaunchException { Step: LaunchStep.WorkingDirectory } folder => new VirtException(
            ErrorCode.InvalidArgument, "WorkingDirectoryNotUsable", $"{action}: its working directory '{workingDirectory}' cannot be entered ({folder.Cause}).", name, "Use a folder that the image has.", e),
        LaunchException { Errno: NoMemory } or LinuxException { Errno: NoMemory or Errno.ENOSPC or Errno.EAGAIN } or LaunchException { Errno: Errno.EAGAIN or Errno.ENOSPC } => new VirtException(
            ErrorCode.ResourceExhausted, "ContainerResourcesExhausted", $"{action}: the host or its own limits gave it no room ({e.Message}).", name, "Get-VirtHost", e),
        IOException when IsFull(e) => new VirtException(ErrorCode.ResourceExhausted, "DiskFull", $"{action}: there is no space left for its files ({e.Message.TrimEnd('.')}).", name, "df -h", e),
        LaunchException launch => new VirtException(
            ErrorCode.Internal, "ContainerLaunchFailed", $"{action}: its {launch.Step} could not be set up{(launch.Subject is null ? "" : $" at '{launch.Subject}'")} ({launch.Cause}).", name, "Test-VirtHost", e),
        LinuxException { Call: "keep" or "posix_spawn" or "connect" or "sendmsg" or "recvmsg" } => new VirtException(
            ErrorCode.Unavailable, "KeeperUnavailable", $"{action}: the keeper of processes does not answer ({e.Message}).", name, "systemctl restart virt-agent", e),
        LinuxException linux => new VirtException(
            ErrorCode.Internal, "ContainerLaunchFailed", $"{action}: the kernel refused {linux.Message}.", name, "Test-VirtHost", e),
        _ => new VirtException(ErrorCode.Internal, "ContainerLaunchFailed", $"{action}: {e.Message}", name, "journalctl --unit virt-agent", e),
    };
}
