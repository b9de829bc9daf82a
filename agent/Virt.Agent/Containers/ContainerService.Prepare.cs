using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Linux;
using Virt.Linux.Devices;
using Virt.Linux.Files;
using Virt.Linux.Mounts;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;
using Virt.Linux.Security;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private const int LongestAccountFile = 1 << 20;

    // What a start needs of the kernel, for the present or another generation.
    private async Task<PreparedLaunch> PrepareAsync(ContainerEntry entry, ContainerSpec spec, ContainerRun run, CgroupLease lease)
    {
        var folder = FolderOf(entry, spec.Generation);
        folder.Prepare();
        await EnsureImageLayersAsync(entry.Name, spec).ConfigureAwait(false);
        var handles = new List<SafeFileHandle>();
        try
        {
            var isHostNetwork = spec.Network == ContainerNetwork.Host;
            var namespaces = run.HostIds == 0 ? null
                : isHostNetwork ? new NamespacePair(await userNamespaces.OpenAsync(run.HostIds).ConfigureAwait(false), null)
                : await userNamespaces.OpenWithNetworkAsync(run.HostIds).ConfigureAwait(false);
            var users = namespaces is null ? null : new UserMap(Own(namespaces.User), run.HostIds);
            if (namespaces?.Network is { } network)
            {
                Own(network);
            }

            var label = LabelOf(spec);
            await LabelFilesAsync(spec, folder).ConfigureAwait(false);
            var noDevices = NoDevicesOf(spec);
            var root = Own(DetachedMount.Overlay(
                LowersOf(spec), folder.Upper, folder.Work, noDevices, plain: entry.Row.Kind == ThrowAwayKind, users, label?.File));
            CheckVolumes(entry, spec);
            await FillVolumesAsync("start", entry.Name, spec, spec.Volumes).ConfigureAwait(false);
            await LabelVolumesAsync("start", entry.Name, spec, spec.Volumes).ConfigureAwait(false);
            var mounted = spec.Volumes.Select(v => Own(OpenVolume("start", entry.Name, v, noDevices, users))).ToList();
            NewContainerCheck.CheckDevices("start", entry.Name, spec);
            var devices = DetachedMount.Devices([.. spec.Devices.Select(static d => DeviceNode.Read(d.Source)!)], run.HostIds, label?.File);
            handles.AddRange(devices);
            var console = spec.IsSystem ? ConsoleTerminal.Open(run.HostIds) : null;
            if (console is not null)
            {
                handles.AddRange([console.Log, console.Terminal]);
                if (label is not null)
                {
                    FileLabel.Set(console.Terminal, label.File);
                }
            }

            var mounts = new RootMounts
            {
                Volumes = mounted,
                Devices = devices,
                Console = console?.Path ?? "",
                MachineId = entry.Id,
                Label = label?.File,
                // Of a network that is not its own, the root of a user namespace may not have a /sys made.
                HostSys = isHostNetwork && users is not null ? Own(DetachedMount.Make("sysfs", Rootfs.SysAttributes(spec))) : null,
            };
            var plan = ContainerPlan.First(spec, run, UserOf(entry.Name, spec, spec.User, root, "start"), folder, cgroups.Tree, mounts, HostNamesOf(spec));
            return WithNetwork(entry, spec, WithMachine(entry, spec, run, Own, new PreparedLaunch(plan with { UserNamespace = users?.Namespace, NetworkNamespace = namespaces?.Network, Root = root, LogTerminal = console?.Log, Output = console?.Terminal, Error = console?.Terminal, Cgroup = lease.Birth, CgroupFiles = lease.Entry, ReadySet = lease.ReadySet, Label = ProcessLabelOf(label), InitLabel = label?.File }, handles)));
        }
        catch
        {
            handles.ForEach(static handle => handle.Dispose());
            throw;
        }

        SafeFileHandle Own(SafeFileHandle handle)
        {
            handles.Add(handle);
            return handle;
        }
    }

    // Device nodes that the container made, or that its image or a volume came with, cannot be opened.
    private static MountAttributes NoDevicesOf(ContainerSpec spec) => spec.Privileged ? MountAttributes.None : MountAttributes.NoDevices;

    private static SafeFileHandle OpenVolume(string verb, string name, ContainerVolume volume, MountAttributes attributes, UserMap? users)
    {
        try
        {
            return DetachedMount.Copy(volume.Source, attributes | (volume.ReadOnly ? MountAttributes.ReadOnly : MountAttributes.None), users);
        }
        catch (LinuxException e) when (e is { Call: "mount_setattr", Errno: Errno.EINVAL or Errno.EPERM } && users is not null)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "VolumeNotMappable",
                $"Cannot {verb} container '{name}': the file system of '{volume.Source}' cannot show its files with a container's own ids; it can be a volume of a container with the host's ids alone.",
                name,
                "New-Container -UserNamespace Host",
                e);
        }
    }

    /// <exception cref="VirtException">NotFound: the image has no such user.</exception>
    private static ContainerUser UserOf(string name, ContainerSpec spec, string user, SafeFileHandle root, string verb)
    {
        if (ContainerUser.IsRoot(user) && spec.AdditionalGroups.Count == 0)
        {
            return ContainerUser.Root;
        }

        var groups = ReadInside(root, "/etc/group");
        var cause = "";
        var found = ContainerUser.IsRoot(user) ? ContainerUser.Root : ContainerUser.Find(user, ReadInside(root, "/etc/passwd"), groups, out cause);
        found = found?.WithGroups(spec.AdditionalGroups, groups, out cause);
        if (found is not null && spec.UserNamespace == ContainerUserNamespace.Private && (found.UserId >= HostIds.Size || found.GroupId >= HostIds.Size))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "ContainerUserTooHigh",
                $"Cannot {verb} container '{name}': the user '{user}' has the ids {found.UserId}:{found.GroupId}; with ids of its own a container has those below {HostIds.Size}.",
                name,
                "New-Container -UserNamespace Host");
        }

        return found ?? throw new VirtException(
            ErrorCode.NotFound,
            "ContainerUserNotFound",
            $"Cannot {verb} container '{name}': {cause}.",
            name,
            $"Invoke-ContainerCommand -Name {name} -Command cat, /etc/passwd");
    }

    private static string ReadInside(SafeFileHandle root, string path)
    {
        using var file = FileHandles.OpenInside(root, path);
        if (file is null)
        {
            return "";
        }

        using var stream = new FileStream(file, FileAccess.Read, bufferSize: 1);
        if (stream.Length > LongestAccountFile)
        {
            return "";
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
