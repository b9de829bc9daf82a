using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Cgroups;
using Virt.Linux.Files;
using Virt.Linux.Mounts;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    private const int LongestAccountFile = 1 << 20;

    /// <summary>Starts a container, or makes one and starts it.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument; ResourceExhausted; what kept the first process from starting.</exception>
    public async Task<Container> StartAsync(StartContainer request, Call call)
    {
        if (request.Create is { } create)
        {
            return call.WhatIf ? Show(Create(create, call, ContainerState.Created, null)) : await StartNewAsync(create, call).ConfigureAwait(false);
        }

        var entry = Find("start", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("start", entry, call).ConfigureAwait(false);
        ContainerStates.CheckStart(entry.Name, entry.State);
        if (!call.WhatIf)
        {
            var lease = TakeCgroup(entry.Name);
            var run = NewRun(lease);
            await LaunchAsync(entry, run, lease, () => entry.Set(table, ContainerState.Starting, run)).ConfigureAwait(false);
        }

        return Show(entry);
    }

    // One write for both: the container is made as one that is starting.
    private async Task<Container> StartNewAsync(NewContainer create, Call call)
    {
        var lease = TakeCgroup(create.Name ?? create.Image);
        var run = NewRun(lease);
        ContainerEntry entry;
        try
        {
            entry = Create(create, call, ContainerState.Starting, run);
        }
        catch
        {
            InBackground(() => CleanUpAsync(lease), "remove an unused cgroup");
            throw;
        }

        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        await LaunchAsync(entry, run, lease, static () => { }).ConfigureAwait(false);
        return Show(entry);
    }

    private CgroupLease TakeCgroup(string name)
    {
        try
        {
            return cgroups.Take();
        }
        catch (LinuxException e)
        {
            throw new VirtException(ErrorCode.Internal, "CgroupNotMade", $"Cannot start container '{name}': its cgroup cannot be made ({e.Message}).", name, "Test-VirtHost", e);
        }
    }

    private static ContainerRun NewRun(CgroupLease lease) => new() { LaunchId = Guid.NewGuid(), Cgroup = ContainerCgroups.NameOf(lease.Cgroup) };

    // Under the container's lock. Takes the lease over.
    private async Task LaunchAsync(ContainerEntry entry, ContainerRun run, CgroupLease lease, Action setStarting)
    {
        try
        {
            setStarting();
            ContainerCgroups.SetLimits(lease, LimitsOf(entry.Spec));
            var process = await LaunchAsync(entry, run, lease).ConfigureAwait(false);
            SetRunning(entry, run, process, lease);
        }
        catch (Exception e)
        {
            var error = LaunchError.Of(entry.Name, entry.Spec, e);
            Disconnect(entry);
            InBackground(() => CleanUpAsync(lease), $"remove the cgroup of container '{entry.Name}'");
            entry.Set(table, ContainerState.Failed, run with { Status = error.Message, ExitTime = time.GetUtcNow() });
            throw error;
        }
    }

    private void SetRunning(ContainerEntry entry, ContainerRun run, KeptProcess process, CgroupLease lease)
    {
        lease.Dispose();
        entry.Process = process;
        entry.Set(table, ContainerState.Running, run with
        {
            ProcessId = process.ProcessId,
            Inode = process.Identity.Inode,
            StartTicks = process.Identity.StartTicks,
            StartTime = time.GetUtcNow(),
            StartAgain = false,
        });
        _ = FollowAsync(entry, process);
        var limits = LimitsOf(entry.Spec);
        InBackground(() => cgroups.ReplaceAsync(lease, limits), "make a cgroup ready");
    }

    private async Task<KeptProcess> LaunchAsync(ContainerEntry entry, ContainerRun run, CgroupLease lease)
    {
        using var prepared = Prepare(entry, entry.Spec, run, lease);
        FolderOf(entry).ForgetExit();
        return await LaunchAsync(prepared).ConfigureAwait(false);
    }

    // What a start needs of the kernel, for the present or another generation.
    private PreparedLaunch Prepare(ContainerEntry entry, ContainerSpec spec, ContainerRun run, CgroupLease lease)
    {
        var folder = FolderOf(entry, spec.Generation);
        folder.Prepare();
        var mounts = new List<SafeFileHandle>();
        try
        {
            // Device nodes that the container made, or that its image or a volume came with, cannot be opened.
            var root = DetachedMount.Overlay(
                [.. spec.Layers.Select(layers.RootOf), spec.Rootfs], folder.Upper, folder.Work, MountAttributes.NoDevices, plain: entry.Row.Kind == ThrowAwayKind);
            mounts.Add(root);
            CheckVolumes(entry, spec);
            foreach (var volume in spec.Volumes)
            {
                mounts.Add(DetachedMount.Copy(volume.Source, MountAttributes.NoDevices | (volume.ReadOnly ? MountAttributes.ReadOnly : MountAttributes.None)));
            }

            var names = HostNamesOf(spec);
            var plan = ContainerPlan.First(spec, run, UserOf(entry, spec.User, root, "start"), folder, cgroups.Tree, mounts[1..], names);
            return WithNetwork(entry, spec, new PreparedLaunch(plan with { Root = root, Cgroup = lease.Birth, CgroupFiles = lease.Entry, ReadySet = lease.ReadySet }, mounts));
        }
        catch
        {
            mounts.ForEach(static mount => mount.Dispose());
            throw;
        }
    }

    // The keeper's thread may sit in the cgroup: it must hop on before the cgroup can go.
    private async Task CleanUpAsync(CgroupLease lease)
    {
        lease.Dispose();
        await cgroups.ReplaceAsync(lease, new CgroupLimits()).ConfigureAwait(false);
        await cgroups.RemoveAsync(ContainerCgroups.NameOf(lease.Cgroup)).ConfigureAwait(false);
    }

    private static CgroupLimits LimitsOf(ContainerSpec spec) => new() { MemoryBytes = spec.MemoryBytes, CpuCount = spec.CpuCount, ProcessCount = spec.ProcessCount };

    /// <exception cref="VirtException">NotFound: the image has no such user.</exception>
    private static ContainerUser UserOf(ContainerEntry entry, string user, SafeFileHandle root, string verb)
    {
        if (ContainerUser.IsRoot(user))
        {
            return ContainerUser.Root;
        }

        return ContainerUser.Find(user, ReadInside(root, "/etc/passwd"), ReadInside(root, "/etc/group"), out var cause)
            ?? throw new VirtException(
                ErrorCode.NotFound,
                "ContainerUserNotFound",
                $"Cannot {verb} container '{entry.Name}': {cause}.",
                entry.Name,
                $"Invoke-ContainerCommand -Name {entry.Name} -Command cat, /etc/passwd");
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
