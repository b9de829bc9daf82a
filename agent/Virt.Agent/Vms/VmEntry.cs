using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.State;
using Virt.Linux.Processes;

namespace Virt.Agent.Vms;

/// <summary>A machine in memory: its row, read, and its QEMU while that lives. Changed only under its lock; may be read at any time.</summary>
internal sealed class VmEntry
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource abandoned = NewChange();
    private TaskCompletionSource changed = NewChange();
    private readonly EventHub events;
    private VMState phase;
    private VMState told;
    private WorkloadHealth toldHealth;
    private (VmSession? Session, int Count) toldWatchdog;
    private (VmCheckpointPlan? Plan, ScheduleTime? Times) read;

    /// <summary>Reads a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="events">Is told what happens to it.</param>
    public VmEntry(ResourceRow row, EventHub events)
    {
        this.events = events;
        Row = row;
        Spec = JsonSerializer.Deserialize(row.Spec, VmJson.Default.VmSpec)!;
        Run = row.Run is null ? null : JsonSerializer.Deserialize(row.Run, VmJson.Default.VmRun);
        phase = Enum.Parse<VMState>(row.Phase);
        told = phase;
    }

    public ResourceRow Row { get; private set; }

    /// <summary>What it was asked to be; replaced, never altered.</summary>
    public VmSpec Spec { get; private set; }

    public Guid Id => Row.Id;

    public string Name => Row.Name;

    /// <summary>What its guest and QEMU know it by.</summary>
    public Guid SystemId => Spec.SystemId ?? Id;

    /// <summary>Null before the first start.</summary>
    public VmRun? Run { get; private set; }

    /// <summary>QEMU; null while there is none.</summary>
    public VmProcess? Process { get; set; }

    /// <summary>The connection to QEMU; null while there is none, or where QEMU does not answer.</summary>
    public VmSession? Session { get; set; }

    /// <summary>Its swtpm as an agent that comes back finds it, while it looks for the QEMU that goes with it.</summary>
    public KeptProcess? LeftTpm { get; set; }

    /// <summary>The guest was told to shut down and has not yet.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Whoever ends it starts it anew.</summary>
    public bool IsRestarting { get; set; }

    /// <summary>We are ending QEMU: whatever its exit code, that is no failure.</summary>
    public bool IsTurnedOff { get; set; }

    /// <summary>Whoever is about to turn it off has ended its QEMU already, which did not answer.</summary>
    public bool IsCut { get; set; }

    /// <summary>It was removed while somebody waited for its lock.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>The times of its checkpoint plan; null: it has none, or one that cannot be read, as of an archive.</summary>
    public ScheduleTime? CheckpointTimes
    {
        get
        {
            lock (gate)
            {
                if (!ReferenceEquals(read.Plan, Spec.CheckpointPlan))
                {
                    read = (Spec.CheckpointPlan, CheckpointPlanRules.KnownTimesOf(Name, Spec.CheckpointPlan));
                }

                return read.Times;
            }
        }
    }

    /// <summary>Ends when nobody is to wait for the other host of its move any more.</summary>
    public Task Abandoned => abandoned.Task;

    /// <summary>What its guest answered last, where somebody has said how it is to be asked; not stored.</summary>
    public (WorkloadHealth State, string? Message) Health { get; private set; }

    /// <summary>Whoever asks its guest; null: nobody.</summary>
    public object? HealthWatch { get; set; }

    /// <summary>Whether it was tried in this run to make another guest of it, and why that has failed; not stored.</summary>
    public (bool IsTried, string Problem) Renewal { get; private set; } = (false, "");

    /// <summary>Whoever makes another guest of it; null: nobody.</summary>
    public object? RenewalWatch { get; set; }

    /// <summary>What it is doing: what is stored, and for a running one what QEMU tells.</summary>
    public VMState State =>
        phase != VMState.Running ? phase
        : Session is { IsPaused: true, IsHeld: false } ? VMState.Paused
        : IsStopping ? VMState.Stopping
        : VMState.Running;

    /// <summary>What is stored.</summary>
    public VMState Phase => phase;

    /// <summary>Ends with the next change. Take it before looking at the state.</summary>
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

    public static ResourceRow NewRow(Guid id, string name, VMState phase, VmSpec spec, DateTimeOffset time) => new()
    {
        Id = id,
        Kind = VmService.Kind,
        Name = name,
        Phase = phase.ToString(),
        Spec = JsonSerializer.Serialize(spec, VmJson.Default.VmSpec),
        Created = time,
    };

    /// <summary>Writes the phase, the run and, where it changes, the spec to the disk, then shows them.</summary>
    public void Set(ResourceTable table, VMState next, VmRun? run, VmSpec? spec = null)
    {
        if (next is VMState.Stopped or VMState.Failed && (spec ?? Spec) is { Pending: not null } waiting)
        {
            spec = waiting.FromNextStart();
        }

        var row = Row with
        {
            Phase = next.ToString(),
            Run = run is null ? null : JsonSerializer.Serialize(run, VmJson.Default.VmRun),
            Spec = spec is null ? Row.Spec : JsonSerializer.Serialize(spec, VmJson.Default.VmSpec),
        };
        table.Update(row);
        Row = row;
        phase = next;
        Run = run;
        Spec = spec ?? Spec;
        Health = VmStates.IsAlive(next) ? Health : default;
        Notify();
    }

    /// <summary>Shows what its guest has answered.</summary>
    public void SetHealth(WorkloadHealth health, string message)
    {
        if (Health.State != health || Health.Message != message)
        {
            Health = (health, message);
            Notify();
        }
    }

    /// <summary>Shows what came of making another guest of it.</summary>
    public void SetRenewal(bool isTried, string problem)
    {
        if (Renewal.IsTried != isTried || Renewal.Problem != problem)
        {
            Renewal = (isTried, problem);
            Notify();
        }
    }

    /// <summary>Whether its guest works.</summary>
    /// <param name="session">The connection to its QEMU.</param>
    /// <param name="isExpected">True where its image has a guest agent, so that its silence means something.</param>
    public WorkloadHealth HealthBy(VmSession session, bool isExpected) =>
        Spec.Health is null ? session.Health(isExpected) : Health.State == WorkloadHealth.None ? WorkloadHealth.Starting : Health.State;

    /// <summary>Writes another name to the disk, then shows it.</summary>
    public void Rename(ResourceTable table, string name)
    {
        var row = Row with { Name = name };
        table.Update(row);
        var former = Row.Name;
        Row = row;
        Tell(VirtEventAction.Renamed, $"It was '{former}'.");
        Notify();
    }

    /// <summary>Ends the wait for the other host of its move. See <see cref="Abandoned"/>.</summary>
    public void Abandon() => abandoned.TrySetResult();

    /// <summary>Tells waiters that it is gone.</summary>
    public void SetRemoved()
    {
        IsRemoved = true;
        if (phase is not (VMState.Creating or VMState.Receiving))
        {
            Tell(VirtEventAction.Removed);
        }

        Notify();
    }

    /// <summary>Tells waiters to look again.</summary>
    public void Notify()
    {
        lock (gate)
        {
            TellNews();
            changed.SetResult();
            changed = NewChange();
        }
    }

    /// <summary>Tells watchers of events.</summary>
    public void Tell(VirtEventAction action, string message = "") => events.Publish(VirtEventKind.VM, action, Name, Id, message);

    // Under the gate: whoever brought the change, a handler or QEMU, it is told once.
    private void TellNews()
    {
        var watchdog = (Session, Session?.WatchdogCount ?? 0);
        if (watchdog.Item2 > (toldWatchdog.Session == Session ? toldWatchdog.Count : 0))
        {
            Tell(VirtEventAction.WatchdogExpired, $"Its guest has not fed its watchdog in time: {Spec.WatchdogAction}.");
        }

        toldWatchdog = watchdog;
        var state = State;
        if (state != told && VmEvents.Of(told, state) is { } action)
        {
            Tell(action, Session is { Status.Length: > 0 } session ? session.Status : Run?.Status ?? "");
        }

        told = state;
        var health = state == VMState.Running && Session is { } running ? HealthBy(running, isExpected: false) : WorkloadHealth.None;
        if (health != toldHealth && health is WorkloadHealth.Healthy or WorkloadHealth.Unhealthy)
        {
            var agent = health == WorkloadHealth.Healthy ? "Its guest agent answers." : "Its guest agent answers no more.";
            Tell(health == WorkloadHealth.Healthy ? VirtEventAction.Healthy : VirtEventAction.Unhealthy, Spec.Health is null ? agent : Health.Message ?? "");
        }

        toldHealth = health;
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
