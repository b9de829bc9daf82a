using System;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>How objects of one kind are found on a host, and what finds one of them again.</summary>
/// <param name="Find">Asks a host for objects; for all of them where neither names nor ids are given.</param>
/// <param name="Identify">The parts of an object that find it again.</param>
internal sealed record Noun<T>(
    Func<HostCalls, string[], Guid[], (T[] Items, ErrorInfo[] Errors)> Find, Func<T, (Guid Id, string Name, string ComputerName)> Identify);

/// <content>The kinds.</content>
internal static class Nouns
{
    public static readonly Noun<VM> VM = new(
        static (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetVM, new GetVM { Names = names, Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<VMCheckpoint> VMCheckpoint = new(
        static (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint { Names = names, Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<VMDrive> HardDiskDrive = Drives(VMDriveType.HardDisk);

    public static readonly Noun<VMDrive> DvdDrive = Drives(VMDriveType.Dvd);

    public static readonly Noun<VMNetworkAdapter> NetworkAdapter = new(
        static (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { Names = names, Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    private static Noun<VMDrive> Drives(VMDriveType type) => new(
        (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetVMDrive, new GetVMDrive { Names = names, Ids = ids, Type = type });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<Container> Container = new(
        static (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetContainer, new GetContainer { Names = names, Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<ContainerNetworkAdapter> ContainerNetworkAdapter = new(
        static (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetContainerNetworkAdapter, new GetContainerNetworkAdapter { Names = names, Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<VirtNetwork> Network = new(
        static (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetVirtNetwork, new GetVirtNetwork { Names = names, Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<VirtVolume> Volume = Volumes(withSize: false);

    public static readonly Noun<VirtVolume> VolumeWithSize = Volumes(withSize: true);

    private static Noun<VirtVolume> Volumes(bool withSize) => new(
        (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetVirtVolume, new GetVirtVolume { Names = names, Ids = ids, IncludeSize = withSize });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<VHD> VHD = new(
        static (host, paths, _) =>
        {
            var found = host.Invoke(Methods.GetVHD, new GetVHD { Paths = paths });
            return (found.Items, found.Errors);
        },
        static item => (Guid.Empty, item.Path, item.ComputerName));

    public static readonly Noun<VMImage> VMImage = new(
        static (host, names, _) =>
        {
            var found = host.Invoke(Methods.GetVMImage, new GetVMImage { Names = names });
            return (found.Items, found.Errors);
        },
        static item => (Guid.Empty, item.Name, item.ComputerName));

    public static readonly Noun<ContainerImage> ContainerImage = new(
        static (host, names, ids) =>
        {
            var found = host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = names, Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.Name, item.ComputerName));

    public static readonly Noun<VirtOperation> Operation = new(
        static (host, _, ids) =>
        {
            var found = host.Invoke(Methods.GetVirtOperation, new GetVirtOperation { Ids = ids });
            return (found.Items, found.Errors);
        },
        static item => (item.Id, item.ToString(), item.ComputerName));

    public static readonly Noun<VirtPeer> Peer = new(
        static (host, names, _) =>
        {
            var found = host.Invoke(Methods.GetVirtPeer, new GetVirtPeer { Names = names });
            return (found.Items, found.Errors);
        },
        static item => (Guid.Empty, item.Name, item.ComputerName));

    public static readonly Noun<PatchSchedule> PatchSchedule = new(
        static (host, names, _) =>
        {
            var found = host.Invoke(Methods.GetPatchSchedule, new GetPatchSchedule { Names = names });
            return (found.Items, found.Errors);
        },
        static item => (Guid.Empty, item.Name, item.ComputerName));
}
