using System;
using System.IO;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Common;
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
        var entry = request.Create is null ? Find("start", request.Id, request.Name) : Create(request.Create, call, ContainerState.Starting);
        call.WorksOn(entry.Name);
        if (request.Create is not null && call.WhatIf)
        {
            return Show(entry);
        }

        using var held = await LockAsync("start", entry, call).ConfigureAwait(false);
        if (request.Create is null)
        {
            ContainerStates.CheckStart(entry.Name, entry.State);
            if (call.WhatIf)
            {
                return Show(entry);
            }
        }

        await LaunchAsync(entry).ConfigureAwait(false);
        return Show(entry);
    }

    // Under the container's lock.
    private async Task LaunchAsync(ContainerEntry entry)
    {
        var run = new ContainerRun { LaunchId = Guid.NewGuid() };
        CgroupLease? lease = null;
        try
        {
            lease = cgroups.Take();
            run = run with { Cgroup = ContainerCgroups.NameOf(lease.Cgroup) };
            entry.Set(table, ContainerState.Starting, run);
            var limits = LimitsOf(entry.Spec);
            ContainerCgroups.SetLimits(lease, limits);
            var process = await LaunchAsync(entry, run, lease).ConfigureAwait(false);
            entry.Process = process;
            entry.Set(table, ContainerState.Running, run with
            {
                ProcessId = process.ProcessId,
                Inode = process.Identity.Inode,
                StartTicks = process.Identity.StartTicks,
                StartTime = time.GetUtcNow(),
            });
            _ = FollowAsync(entry, process);
            InBackground(() => cgroups.ReplenishAsync(lease, limits), "make a cgroup ready");
        }
        catch (Exception e)
        {
            var error = LaunchError.Of(entry.Name, entry.Spec, e);
            entry.Set(table, ContainerState.Failed, run with { Status = error.Message, ExitTime = time.GetUtcNow() });
            InBackground(() => CleanUpAsync(lease, run.Cgroup), $"remove the cgroup of container '{entry.Name}'");
            throw error;
        }
        finally
        {
            lease?.Dispose();
        }
    }

    private async Task<KeptProcess> LaunchAsync(ContainerEntry entry, ContainerRun run, CgroupLease lease)
    {
        var folder = FolderOf(entry);
        folder.Prepare();
        // Device nodes that the container made, or that its image came with, cannot be opened.
        using var root = DetachedMount.Overlay(entry.Spec.Rootfs, folder.Upper, folder.Work, MountAttributes.NoDevices);
        var plan = ContainerPlan.First(entry.Spec, run, UserOf(entry, entry.Spec.User, root, "start"), folder, cgroups.Tree);
        return await keeper.LaunchAsync(plan with
        {
            Root = root,
            Cgroup = lease.Birth,
            CgroupFiles = lease.Entry,
            ReadySet = lease.ReadySet,
        }).ConfigureAwait(false);
    }

    // A launch that failed has left the keeper's thread in the cgroup: it must hop on before the cgroup can go.
    private async Task CleanUpAsync(CgroupLease? lease, string cgroup)
    {
        await cgroups.ReplenishAsync(lease, null).ConfigureAwait(false);
        await cgroups.RemoveAsync(cgroup).ConfigureAwait(false);
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
