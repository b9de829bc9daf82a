using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Events;
using Virt.Agent.State;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>A container in memory: its row, read, and its process while that lives. Changed only under its lock; may be read at any time.</summary>
internal sealed class ContainerEntry
{
    private readonly Lock gate = new();
    private readonly EventHub? events;
    private TaskCompletionSource changed = New();

    /// <summary>Reads a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="events">Is told what happens to it; null: it is nobody's business.</param>
    public ContainerEntry(ResourceRow row, EventHub? events = null)
    {
        this.events = events;
        Row = Lean(row);
        Spec = JsonSerializer.Deserialize(row.Spec, ContainerJson.Default.ContainerSpec)!;
        Run = row.Run is null ? null : JsonSerializer.Deserialize(row.Run, ContainerJson.Default.ContainerRun);
        State = Enum.Parse<ContainerState>(row.Phase);
    }

    /// <summary>Its row, without the texts of <see cref="Spec"/> and <see cref="Run"/>: of a thousand containers they would be most of the agent's memory.</summary>
    public ResourceRow Row { get; private set; }

    /// <summary>Changes with its generation, and with its settings.</summary>
    public ContainerSpec Spec { get; private set; }

    public Guid Id => Row.Id;

    public string Name => Row.Name;

    public ContainerState State { get; private set; }

    /// <summary>Null before the first start.</summary>
    public ContainerRun? Run { get; private set; }

    /// <summary>The first process; null while there is none.</summary>
    public KeptProcess? Process { get; set; }

    /// <summary>What it used when it was shown last; null: nothing of it is known.</summary>
    public CgroupMemorySample? Memory { get; set; }

    /// <summary>When the agent starts it again, after which launch; not stored, since the next agent looks at all of them.</summary>
    public (Guid LaunchId, DateTimeOffset Time)? NextStart { get; set; }

    /// <summary>Who follows its log.</summary>
    public LogFollowers Followers { get; } = new();

    /// <summary>What it answered last whether it works; not stored.</summary>
    public (WorkloadHealth State, string? Message) Health { get; private set; }

    /// <summary>Shows whether it works.</summary>
    public void SetHealth(WorkloadHealth health, string message)
    {
        lock (gate)
        {
            if (Health.State == health && Health.Message == message)
            {
                return;
            }

            if (health != Health.State && health is WorkloadHealth.Healthy or WorkloadHealth.Unhealthy)
            {
                Tell(health == WorkloadHealth.Healthy ? VirtEventAction.Healthy : VirtEventAction.Unhealthy, message);
            }

            Health = (health, message);
            changed.SetResult();
            changed = New();
        }
    }

    /// <summary>Ends with the next change of state. Take it before looking at the state.</summary>
    public Task Changed
    {
        get
        {
            lock (gate)
            {
                return changed.Task;
            }
        }
    }

    public static ResourceRow NewRow(Guid id, string name, ContainerState state, ContainerSpec spec, ContainerRun? run, DateTimeOffset time, string kind = ContainerService.Kind) => new()
    {
        Id = id,
        Kind = kind,
        Name = name,
        Phase = state.ToString(),
        Spec = Write(spec),
        Run = Write(run),
        Created = time,
    };

    /// <summary>Writes the state and the run to the disk, then shows them.</summary>
    /// <param name="table">Where they are stored.</param>
    /// <param name="state">What it is doing.</param>
    /// <param name="run">Its present or last run.</param>
    /// <param name="spec">Another generation, in the same write; null: the same.</param>
    public void Set(ResourceTable table, ContainerState state, ContainerRun? run, ContainerSpec? spec = null)
    {
        var row = Row with { Phase = state.ToString(), Run = Write(run), Spec = Write(spec ?? Spec) };
        // A step that is about to be taken need not wait for the disk; what has come of it must.
        table.Update(row, sync: state is not (ContainerState.Starting or ContainerState.Stopping or ContainerState.Removing));
        lock (gate)
        {
            foreach (var (action, message) in events is null ? [] : ContainerEvents.Of((State, Run, Spec), (state, run, spec ?? Spec)))
            {
                Tell(action, message, action == VirtEventAction.Exited ? run?.ExitCode : null);
            }

            Row = Lean(row);
            State = state;
            Health = ContainerStates.IsAlive(state) ? Health : default;
            Run = run;
            Spec = spec ?? Spec;
            changed.SetResult();
            changed = New();
        }
    }

    /// <summary>Writes another name to the disk, then shows it.</summary>
    public void Rename(ResourceTable table, string name, ContainerSpec spec)
    {
        var row = Row with { Name = name, Run = Write(Run), Spec = Write(spec) };
        table.Update(row);
        lock (gate)
        {
            var former = Row.Name;
            Row = Lean(row);
            Spec = spec;
            Tell(VirtEventAction.Renamed, $"It was '{former}'.");
            changed.SetResult();
            changed = New();
        }
    }

    /// <summary>Tells waiters that it is gone.</summary>
    public void SetRemoved()
    {
        lock (gate)
        {
            IsRemoved = true;
            if (State != ContainerState.Creating)
            {
                Tell(VirtEventAction.Removed, "");
            }

            changed.SetResult();
            changed = New();
        }
    }

    public bool IsRemoved { get; private set; }

    // Under the gate, so that events have the order of the changes.
    private void Tell(VirtEventAction action, string message, int? exitCode = null) => events?.Publish(VirtEventKind.Container, action, Name, Id, message, exitCode);

    private static ResourceRow Lean(ResourceRow row) => row with { Spec = "", Run = null };

    private static string Write(ContainerSpec spec) => JsonSerializer.Serialize(spec, ContainerJson.Default.ContainerSpec);

    private static string? Write(ContainerRun? run) => run is null ? null : JsonSerializer.Serialize(run, ContainerJson.Default.ContainerRun);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
