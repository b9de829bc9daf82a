using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers.Machine;
using Virt.Linux;
using Virt.Linux.Cgroups;
using Virt.Linux.Devices;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
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
        if (entry.State == ContainerState.Running)
        {
            return Show(entry); // as docker start has it: a script can be run twice
        }

        ContainerStates.CheckStart(entry.Name, entry.State);
        CheckMachine("start", entry.Name, entry.Spec);
        if (!call.WhatIf)
        {
            var spec = WithIds(entry.Name, entry.Spec);
            var lease = TakeCgroup(entry.Name, LimitsOf(spec));
            var run = NewRun(lease, spec);
            await LaunchOrRemoveAsync(entry, run, lease, () => entry.Set(table, ContainerState.Starting, run, spec)).ConfigureAwait(false);
        }

        return Show(entry);
    }

    // One write for both: the container is made as one that is starting.
    private async Task<Container> StartNewAsync(NewContainer create, Call call)
    {
        var lease = TakeCgroup(create.Name ?? create.Image, ExtraLimits(create));
        ContainerEntry entry;
        try
        {
            entry = Create(create, call, ContainerState.Starting, NewRun(lease));
        }
        catch
        {
            InBackground(() => CleanUpAsync(lease), "remove an unused cgroup");
            throw;
        }

        using var held = await locks.EnterAsync(entry.Id, default).ConfigureAwait(false);
        await LaunchOrRemoveAsync(entry, entry.Run!, lease, static () => { }).ConfigureAwait(false);
        return Show(entry);
    }

    private CgroupLease TakeCgroup(string name, CgroupLimits limits)
    {
        try
        {
            return cgroups.Take(limits);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT)
        {
            throw new VirtException(ErrorCode.NotSupported, "ControllerMissing", $"Cannot start container '{name}': the host has no control groups for what it shall be limited in ({e.Message}).", name, "Test-VirtHost", e);
        }
        catch (LinuxException e)
        {
            throw new VirtException(ErrorCode.Internal, "CgroupNotMade", $"Cannot start container '{name}': its cgroup cannot be made ({e.Message}).", name, "Test-VirtHost", e);
        }
    }

    private static ContainerRun NewRun(CgroupLease lease, ContainerSpec? spec = null) =>
        new() { LaunchId = Guid.NewGuid(), Cgroup = ContainerCgroups.NameOf(lease.Cgroup), HostIds = spec?.HostIds ?? 0 };

    // Under the container's lock. Takes the lease over.
    private async Task LaunchAsync(ContainerEntry entry, ContainerRun run, CgroupLease lease, Action setStarting)
    {
        try
        {
            setStarting();
            await FaultPoint.ReachAsync(ContainerFaults.StartWritten).ConfigureAwait(false);
            SetLimits(lease, entry.Spec);
            var process = await LaunchAsync(entry, run, lease).ConfigureAwait(false);
            await FaultPoint.ReachAsync(ContainerFaults.StartLaunched).ConfigureAwait(false);
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
        InBackground(
            async () =>
            {
                await cgroups.ReplaceAsync(lease, limits).ConfigureAwait(false);
                await userNamespaces.FillAsync().ConfigureAwait(false);
            },
            "make a cgroup ready");
    }

    private void SetLimits(CgroupLease lease, ContainerSpec spec)
    {
        ContainerCgroups.SetLimits(lease, LimitsOf(spec));
        if (spec.IsSystem)
        {
            lease.Cgroup.Delegate(spec.HostIds);
        }

        string[] machine = spec.IsMachine && machines is not null ? [.. MachineRoot.DeviceRules(machines.Accelerator)] : [];
        if (spec.Privileged || spec.Devices.Count + machine.Length > 0)
        {
            lease.Cgroup.SetDevices(spec.Privileged ? Rootfs.AllDevices : [.. Rootfs.Devices, .. machine, .. spec.Devices.Select(static d => DeviceNode.Read(d.Source)?.Rule(d.Access)).OfType<string>()]);
        }
    }

    private async Task<KeptProcess> LaunchAsync(ContainerEntry entry, ContainerRun run, CgroupLease lease)
    {
        using var prepared = await PrepareAsync(entry, entry.Spec, run, lease).ConfigureAwait(false);
        FolderOf(entry).ForgetExit();
        await FaultPoint.ReachAsync(ContainerFaults.StartPrepared).ConfigureAwait(false);
        return await LaunchAsync(prepared).ConfigureAwait(false);
    }

    // The keeper's thread may sit in the cgroup: it must hop on before the cgroup can go.
    private async Task CleanUpAsync(CgroupLease lease)
    {
        lease.Dispose();
        await cgroups.ReplaceAsync(lease, new CgroupLimits()).ConfigureAwait(false);
        await cgroups.RemoveAsync(ContainerCgroups.NameOf(lease.Cgroup)).ConfigureAwait(false);
    }

    private static CgroupLimits LimitsOf(ContainerSpec spec) => new()
    {
        MemoryBytes = spec.IsMachine ? MachineMemory.OnHost(spec) : spec.MemoryBytes,
        SwapBytes = spec.SwapBytes,
        ReservedMemoryBytes = spec.ReservedMemoryBytes,
        CpuCount = spec.CpuCount,
        CpuShares = spec.CpuShares,
        CpuSet = spec.CpuSet,
        ProcessCount = spec.ProcessCount,
        IsDelegated = spec.IsSystem,
        BlockWeight = spec.BlockIOWeight,
        Block = [.. spec.BlockIO.Select(static b => new BlockLimit(DeviceNode.Read(b.Device)?.Number ?? "0:0", b.ReadBytes, b.WriteBytes, b.ReadOperations, b.WriteOperations))],
    };

    // What decides in which hierarchies the cgroup is made, before the request has been looked at.
    private static CgroupLimits ExtraLimits(NewContainer create) => new()
    {
        CpuSet = create.CpuSet,
        IsDelegated = create.Isolation == ContainerIsolation.System,
        BlockWeight = create.BlockIOWeight ?? (create.BlockIO.Length > 0 ? 0 : null),
    };
}
