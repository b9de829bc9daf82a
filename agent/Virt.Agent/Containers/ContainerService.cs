using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers.Archives;
using Virt.Agent.Containers.Machine;
using Virt.Agent.Events;
using Virt.Agent.Images.Store;
using Virt.Agent.Networks;
using Virt.Agent.State;
using Virt.Agent.Storage.Volumes;
using Virt.Linux.Capabilities;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>
/// Containers: each handler checks the state, writes the phase before the step that it names, acts, and writes what has come of it
/// (docs/architecture.md, State). The keeper is the parent of every process.
/// </summary>
public sealed partial class ContainerService : IAsyncDisposable
{
    internal const string Kind = "container";
    internal const string ThrowAwayKind = "throwaway";

    private readonly string stateFolder;
    private readonly ResourceTable table;
    private readonly Keeper keeper;
    private readonly ContainerCgroups cgroups;
    private readonly UserNamespaces userNamespaces;
    private readonly SELinuxLabels? labels;
    private readonly LabelLevels labelLevels = new();
    private readonly FindContainerBase findBase;
    private readonly ImageStore? images;
    private readonly MachineHost? machines;
    private readonly NetworkService networks;
    private readonly VolumeService volumes;
    private readonly TimeProvider time;
    private readonly EventHub events;
    private readonly KeyedLock locks = new();
    private readonly ConcurrentDictionary<Guid, ContainerEntry> entries = new();
    private readonly ConcurrentDictionary<Guid, ContainerEntry> throwAways = new();
    private readonly LayerStore layers;
    private readonly ConcurrentDictionary<string, (long Stamp, string Digest)> imageDigests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> background = new();
    private volatile bool isStopping;

    /// <summary>Makes the service and reads what is stored; <see cref="RecoverAsync"/> must follow before any request.</summary>
    /// <param name="paths">Where containers' files lie.</param>
    /// <param name="table">Stored containers.</param>
    /// <param name="keeper">Starts processes.</param>
    /// <param name="tree">The host's cgroups.</param>
    /// <param name="findBase">Finds images.</param>
    /// <param name="networks">The host's networks, read.</param>
    /// <param name="volumes">The host's volumes, read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Is told what happens to containers; null: nobody is.</param>
    /// <param name="images">The images that have layers; null: there are none.</param>
    /// <param name="machines">How containers come into virtual machines of their own; null: they do not.</param>
    /// <param name="labels">With which SELinux labels they run; null: with none.</param>
    public ContainerService(AgentPaths paths, ResourceTable table, Keeper keeper, CgroupTree tree, FindContainerBase findBase, NetworkService networks, VolumeService volumes, TimeProvider time, EventHub? events = null, ImageStore? images = null, MachineHost? machines = null, SELinuxLabels? labels = null)
    {
        this.labels = labels is { IsUsed: true } ? labels : null;
        this.machines = machines;
        this.images = images;
        stateFolder = paths.State;
        this.table = table;
        this.keeper = keeper;
        this.findBase = findBase;
        this.networks = networks;
        this.volumes = volumes;
        this.time = time;
        this.events = events ?? new EventHub(time, 1);
        cgroups = new ContainerCgroups(tree, keeper, stateFolder, time);
        userNamespaces = new UserNamespaces(keeper);
        layers = new LayerStore(System.IO.Path.Combine(stateFolder, "layers"), () => LayerStore.UsedBy(entries.Values.Concat(throwAways.Values).Select(e => e.Spec)));
        foreach (var row in table.Load(Kind))
        {
            var entry = entries[row.Id] = new ContainerEntry(row, this.events);
            Rejoin(entry);
            UseAgain(entry);
        }

        foreach (var row in table.Load(ThrowAwayKind))
        {
            throwAways[row.Id] = new ContainerEntry(row);
        }

        foreach (var entry in entries.Values.Concat(throwAways.Values))
        {
            userNamespaces.Keep(entry.Spec.HostIds);
            userNamespaces.Keep(entry.Run?.HostIds ?? 0);
            labelLevels.Keep(entry.Spec.LabelLevel);
        }
    }

    /// <summary>Ends what goes on beside requests; containers run on.</summary>
    public async ValueTask DisposeAsync()
    {
        isStopping = true;
        await ending.CancelAsync().ConfigureAwait(false);
        while (!background.IsEmpty)
        {
            await Task.WhenAll(background.Keys).ConfigureAwait(false);
        }

        userNamespaces.Dispose();
        await cgroups.DisposeAsync().ConfigureAwait(false);
        foreach (var entry in entries.Values)
        {
            entry.Process?.Dispose();
        }

        ending.Dispose();
    }

    private ContainerFolder FolderOf(ContainerEntry entry) => FolderOf(entry, entry.Spec.Generation);

    private ContainerFolder FolderOf(ContainerEntry entry, int generation) => ContainerFolder.Of(stateFolder, entry.Id, generation);

    /// <exception cref="VirtException">NotFound.</exception>
    private ContainerEntry Find(string verb, Guid id, string name)
    {
        if (id != Guid.Empty)
        {
            return entries.TryGetValue(id, out var byId)
                ? byId
                : throw ResourceName.Gone(verb, Kind, name, id);
        }

        return FindByName(name) ?? throw ResourceName.NotFound(verb, Kind, name, entries.Values.Select(e => e.Name));
    }

    private ContainerEntry? FindByName(string name) => entries.Values.FirstOrDefault(e => e.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    // Enters the container's lock, and makes sure that it was not removed while we waited for it.
    private ValueTask<IDisposable> LockAsync(string verb, ContainerEntry entry, Call call) =>
        locks.EnterAsync(entry.Id, () => entry.IsRemoved ? ResourceName.NotFound(verb, Kind, entry.Name, entries.Values.Select(e => e.Name)) : null, call.Cancellation);

    // Work that a request began and does not wait for; DisposeAsync does.
    private void InBackground(Func<Task> work, string what)
    {
        var task = RunAsync();
        background[task] = true;
        _ = task.ContinueWith(t => background.TryRemove(t, out _), TaskScheduler.Default);

        async Task RunAsync()
        {
            await Task.Yield();
            try
            {
                await work().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                AgentLog.Error($"Could not {what}", e);
            }
        }
    }

    private Container Show(ContainerEntry entry)
    {
        using var memory = cgroups.OpenMemory();
        return Show(entry, memory);
    }

    private Container Show(ContainerEntry entry, CgroupMemory cgroupMemory)
    {
        var run = entry.Run;
        var alive = ContainerStates.IsAlive(entry.State);
        var nextStart = NextStartOf(entry);
        var memory = entry.Memory = alive && run is not null ? cgroupMemory.Read(run.Cgroup, entry.Memory) : null;
        return new Container
        {
            Id = entry.Id,
            Name = entry.Name,
            State = entry.State,
            Status = StatusOf(entry, nextStart),
            Image = entry.Spec.Image,
            Command = [.. entry.Spec.Command],
            ExitCode = alive ? null : run?.ExitCode,
            ProcessId = alive ? run?.ProcessId : null,
            Uptime = alive && run?.StartTime is { } start ? time.GetUtcNow() - start : TimeSpan.Zero,
            CreationTime = entry.Row.Created,
            StartTime = run?.StartTime,
            ExitTime = alive ? null : run?.ExitTime,
            MemoryLimitBytes = entry.Spec.MemoryBytes,
            CpuCountLimit = entry.Spec.CpuCount,
            ProcessCountLimit = entry.Spec.ProcessCount,
            MemoryBytes = memory?.Bytes,
            Environment = new Dictionary<string, string>(entry.Spec.Environment),
            HostName = entry.Spec.HostName,
            User = entry.Spec.User,
            WorkingDirectory = entry.Spec.WorkingDirectory,
            ReadOnly = entry.Spec.ReadOnly,
            Labels = new Dictionary<string, string>(entry.Spec.Labels),
            Volumes = [.. entry.Spec.Volumes.Select(v => v.ToString())],
            UserNamespace = entry.Spec.UserNamespace,
            Privileged = entry.Spec.Privileged,
            ProcessLabel = LabelOf(entry.Spec)?.Process ?? "",
            Isolation = entry.Spec.Isolation,
            RestartPolicy = entry.Spec.RestartPolicy,
            RestartMaximum = entry.Spec.RestartMaximum,
            RestartCount = run?.RestartCount ?? 0,
            After = [.. entry.Spec.After],
            HealthCheck = entry.Spec.Health,
            Health = entry.Health.State == WorkloadHealth.None && alive && entry.Spec.Health is not null ? WorkloadHealth.Starting : entry.Health.State,
            HealthMessage = entry.Health.Message ?? "",
            StopSignal = Signals.Format(entry.Spec.StopSignal),
            StopTimeout = entry.Spec.StopTimeout,
            Tmpfs = ContainerSettings.Texts(entry.Spec.Tmpfs),
            Devices = ContainerSettings.Texts(entry.Spec.Devices),
            Capabilities = [.. CapabilitySet.Format(ContainerPlan.CapabilitiesOf(entry.Spec))],
            AllowNewPrivileges = entry.Spec.AllowNewPrivileges || entry.Spec.Privileged,
            Ulimits = ContainerSettings.Texts(entry.Spec.Ulimits),
            Sysctls = new Dictionary<string, string>(entry.Spec.Sysctls),
            AdditionalGroups = [.. entry.Spec.AdditionalGroups],
            Dns = [.. entry.Spec.Dns],
            DnsSearch = [.. entry.Spec.DnsSearch],
            DnsOptions = [.. entry.Spec.DnsOptions],
            LogBytes = entry.Spec.LogBytes,
            ShmBytes = entry.Spec.ShmBytes,
            ExtraHosts = [.. entry.Spec.ExtraHosts.Select(static h => $"{h.Key}:{h.Value}")],
            OutOfMemoryScore = entry.Spec.OutOfMemoryScore,
            CpuSet = entry.Spec.CpuSet ?? "",
            CpuShares = entry.Spec.CpuShares,
            SwapLimitBytes = entry.Spec.SwapBytes,
            ReservedMemoryBytes = entry.Spec.ReservedMemoryBytes,
            BlockIOWeight = entry.Spec.BlockIOWeight,
            BlockIO = ContainerSettings.Texts(entry.Spec.BlockIO),
            Network = entry.Spec.Attachment is { } attachment ? networks.NameOf(attachment.NetworkId) : entry.Spec.Network,
            Networks = entry.Spec.Attachment is { } first ? [networks.NameOf(first.NetworkId), .. FurtherNetworksOf(entry.Spec)] : [entry.Spec.Network],
            IPAddresses = AddressesOf(entry.Spec),
            Ports = [.. entry.Spec.Attachment?.Ports.Select(static p => p.ToString()) ?? []],
            AllowFrom = [.. entry.Spec.Attachment?.AllowFrom ?? []],
            Generation = entry.Spec.Generation,
            Layers = [.. entry.Spec.Layers],
            Previous = entry.Spec.Previous is { } previous
                ? new ContainerGeneration { Number = previous.Number, Layers = [.. previous.Layers], Labels = new Dictionary<string, string>(previous.Labels), ReplacedTime = previous.ReplacedTime }
                : null,
            Init = entry.Spec.Init,
            RemoveOnExit = entry.Spec.RemoveOnExit,
            OutOfMemory = !alive && run is { OutOfMemory: true },
            NextStartTime = nextStart,
            Entrypoint = [.. entry.Spec.Command.Take(entry.Spec.EntrypointCount)],
            MacAddress = entry.Spec.Attachment?.MacAddress ?? "",
        };
    }
}
