using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.Hosts;
using Virt.Agent.Images;
using Virt.Agent.Networks;
using Virt.Agent.State;
using Virt.Agent.Storage;
using Virt.Agent.Vms.Warm;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// Virtual machines: each handler checks the state, writes the phase before the step that it names, acts, and writes what has come of it
/// (docs/architecture.md, State). The keeper is the parent of every QEMU.
/// </summary>
public sealed partial class VmService : IAsyncDisposable
{
    internal const string Kind = "vm";

    private readonly AgentPaths paths;
    private readonly ResourceTable table;
    private readonly Keeper keeper;
    private readonly VmCgroups cgroups;
    private readonly ImageCatalog images;
    private readonly QemuImg disks;
    private readonly HostFacts facts;
    private readonly Func<QemuHost> findHost;
    private readonly TimeProvider time;
    private readonly EventHub events;
    private readonly NetworkService networks;
    private readonly HostId self;
    private readonly WarmStore warmStates;
    private readonly KeyedLock locks = new();
    private readonly ConcurrentDictionary<Guid, VmEntry> entries = new();
    private volatile bool isStopping;

    /// <summary>Makes the service and reads what is stored; <see cref="RecoverAsync()"/> must follow before any request.</summary>
    /// <param name="paths">Where machines' files stand.</param>
    /// <param name="table">Stored machines.</param>
    /// <param name="keeper">Starts QEMU.</param>
    /// <param name="tree">What limits QEMU.</param>
    /// <param name="images">What machines are made from.</param>
    /// <param name="disks">Makes disk images.</param>
    /// <param name="facts">The host's memory.</param>
    /// <param name="findHost">What of the host decides how QEMU is started; asked each time, so that firmware installed meanwhile is used.</param>
    /// <param name="networks">The host's networks, read.</param>
    /// <param name="self">Who this host is to others.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Is told what happens to machines; null: nobody is.</param>
    public VmService(AgentPaths paths, ResourceTable table, Keeper keeper, CgroupTree tree, ImageCatalog images, QemuImg disks, HostFacts facts, Func<QemuHost> findHost, NetworkService networks, HostId self, TimeProvider time, EventHub? events = null)
    {
        this.paths = paths;
        this.table = table;
        this.keeper = keeper;
        cgroups = new VmCgroups(tree, paths.State);
        this.images = images;
        this.disks = disks;
        this.facts = facts;
        this.findHost = findHost;
        this.networks = networks;
        this.self = self;
        warmStates = new WarmStore(Path.Combine(paths.State, "warm"));
        warmStates.Watch(state => UsersOf(state.Folder, static _ => false).Count > 0);
        this.time = time;
        this.events = events ?? new EventHub(time, 1);
        foreach (var row in table.Load(Kind))
        {
            Rejoin(entries[row.Id] = new VmEntry(row, this.events));
        }

        foreach (var row in table.Load(CheckpointKind))
        {
            checkpoints[row.Id] = new CheckpointEntry(row);
        }

        KeepPlaces();
    }

    /// <summary>Knows of a machine of that name where it was last moved to from here, and when. Null: nobody knows.</summary>
    public Func<string, (string Host, DateTimeOffset Instant)?>? FindMove { get; init; }

    /// <summary>Leaves the machines, which run on.</summary>
    public async ValueTask DisposeAsync()
    {
        isStopping = true;
        await ending.CancelAsync().ConfigureAwait(false);
        foreach (var entry in entries.Values)
        {
            if (entry.Session is { } session)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }
        }

        await cgroups.DisposeAsync().ConfigureAwait(false);
    }

    private QemuHost Host => findHost();

    // The host as a machine of its CPU has it.
    private QemuHost HostOf(VmSpec spec) => MachineArchitecture.Of(spec.Architecture, Host);

    private string CpuOf(VmSpec spec) => MachineArchitecture.TextOf(MachineArchitecture.CpuOf(spec.Architecture, Host.Architecture));

    private VmFolder FolderOf(VmEntry entry) => VmFolder.Of(paths, entry.Id);

    /// <exception cref="VirtException">NotFound.</exception>
    private VmEntry Find(string verb, Guid id, string name)
    {
        if (id == Guid.Empty)
        {
            return FindByName(name) ?? throw MovedAway(verb, name) ?? ResourceName.NotFound(verb, "VM", name, entries.Values.Select(static e => e.Name));
        }

        return entries.TryGetValue(id, out var byId)
            ? byId
            : throw MovedAway(verb, name) ?? ResourceName.Gone(verb, "VM", name, id);
    }

    // Who asks its old host is told where it is.
    private VirtException? MovedAway(string verb, string name) => FindMove?.Invoke(name) is var (host, instant)
        ? new VirtException(ErrorCode.NotFound, "VMNotFound", FormattableString.Invariant($"Cannot {verb} VM '{name}': it is not here any more, it was moved to host '{host}' ({instant.UtcDateTime:yyyy-MM-dd HH:mm} UTC)."), name, $"Get-VirtPeer {host}")
        : null;

    private VmEntry? FindByName(string name) => entries.Values.FirstOrDefault(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    // A move may take long, and is cancelled rather than waited for; so may the word of the host that has the machine by now.
    private async ValueTask<IDisposable> LockAsync(string verb, VmEntry entry, Call call)
    {
        RefuseWhileMoving(verb, entry);
        var held = await EnterAsync(verb, entry, call).ConfigureAwait(false);
        if (entry.Spec.StorageMove is null || call.WhatIf)
        {
            return held;
        }

        try
        {
            // Of a disk whose move has ended while QEMU did not answer.
            await SettleStorageAsync(entry).ConfigureAwait(false);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // Enters the machine's lock, and makes sure that it was not removed while we waited for it.
    private ValueTask<IDisposable> EnterAsync(string verb, VmEntry entry, Call call) =>
        locks.EnterAsync(entry.Id, () => entry.IsRemoved ? ResourceName.NotFound(verb, "VM", entry.Name, entries.Values.Select(static e => e.Name)) : null, call.Cancellation);

    private VM Show(VmEntry entry)
    {
        var run = entry.Run;
        var session = entry.Session;
        var state = entry.State;
        var isAlive = VmStates.IsAlive(state);
        var isRunning = state is VMState.Running or VMState.Stopping;
        var load = isAlive ? entry.Process?.ReadLoad() : null;
        return new VM
        {
            Id = entry.Id,
            Name = entry.Name,
            State = state,
            Health = isRunning && session is not null ? entry.HealthBy(session, HasGuestAgent(entry)) : WorkloadHealth.None,
            Status = session is { Status.Length: > 0 } ? session.Status : run is { Status.Length: > 0 } ? run.Status : isRunning ? RenewalStatusOf(entry) : "",
            Generation = entry.Spec.Generation,
            Architecture = CpuOf(entry.Spec),
            ProcessorCount = entry.Spec.ProcessorCount,
            MemoryBytes = entry.Spec.AllMemory(),
            Image = entry.Spec.Image ?? "",
            IPAddresses = isRunning ? [.. AddressesOf(entry, session)] : [],
            MacAddress = entry.Spec.MacAddress ?? "",
            DiskPath = entry.Spec.Disk?.Path ?? "",
            DiskSizeBytes = entry.Spec.Disk?.SizeBytes ?? 0,
            Accelerator = isAlive ? run?.Accelerator ?? "" : "",
            ProcessId = isAlive ? entry.Process?.Identity.Id : null,
            Uptime = isAlive && run is not null ? time.GetUtcNow() - run.StartTime : TimeSpan.Zero,
            CreationTime = entry.Row.Created,
            Notes = entry.Spec.Notes,
            Network = entry.Spec.Network ?? "",
            Ports = [.. entry.Spec.Attachment?.Ports.Select(static p => p.ToString()) ?? []],
            AllowFrom = [.. entry.Spec.Attachment?.AllowFrom ?? []],
            AutomaticStartAction = entry.Spec.StartAction,
            AutomaticStartDelay = entry.Spec.StartDelay,
            After = [.. entry.Spec.After],
            AutomaticStopAction = entry.Spec.StopAction,
            PendingChanges = PendingOf(entry, entry.Spec),
            LinkedTo = LenderOf(entry)?.Name ?? "",
            VideoAdapter = entry.Spec.VideoAdapter,
            CheckpointType = entry.Spec.CheckpointType,
            CheckpointSchedule = entry.Spec.CheckpointPlan?.Cron ?? "",
            CheckpointTimeZone = entry.Spec.CheckpointPlan?.TimeZone ?? "",
            CheckpointExpiresAfter = entry.Spec.CheckpointPlan?.ExpiresAfter,
            NextCheckpointTime = entry.CheckpointTimes?.Next(time.GetUtcNow()),
            CheckpointProblem = entry.Spec.CheckpointPlan?.Problem ?? "",
            CpuPercent = load?.CpuPercent,
            UsedMemoryBytes = load?.MemoryBytes,
            WatchdogAction = entry.Spec.WatchdogAction,
            HasUsbTablet = entry.Spec.HasUsbTablet,
            HasAgent = entry.Spec.HasAgent,
            VncSocketPath = isAlive ? session?.VncSocketPath ?? "" : "",
            HealthCheck = entry.Spec.Health,
            HealthMessage = entry.Health.Message ?? "",
        };
    }

    // Read from the image each time, which may have been replaced or be gone.
    private bool HasGuestAgent(VmEntry entry)
    {
        try
        {
            return entry.Spec.Image is { } image && images.FindVm(image).Manifest.GuestAgent;
        }
        catch (VirtException)
        {
            return false;
        }
    }
}
