using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Operations;

/// <summary>One change that is under way: it goes on whoever listens, and anybody may watch or cancel it.</summary>
public sealed class Operation : ICallSink, IDisposable
{
    private readonly Lock gate = new();
    private readonly OperationTable table;
    private readonly EventHub events;
    private readonly VirtOperation state;
    private readonly CancellationTokenSource cancel = new();
    private readonly TaskCompletionSource<Outcome> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ICallSink> watchers = [];
    private bool isStored;
    private bool isCancelling;
    private Outcome? outcome;

    internal Operation(OperationTable table, string method, string user, DateTimeOffset now, EventHub events)
    {
        this.table = table;
        this.events = events;
        state = new VirtOperation { Id = Guid.NewGuid(), Method = method, StartedBy = user, StartTime = now, State = OperationState.Running };
    }

    /// <summary>One that a restart of the agent has interrupted and that goes on.</summary>
    internal Operation(OperationTable table, VirtOperation stored, EventHub events)
    {
        this.table = table;
        this.events = events;
        state = stored with { };
        isStored = true;
    }

    /// <summary>Its id.</summary>
    public Guid Id => state.Id;

    /// <summary>Ends when the operation does; never faults.</summary>
    public Task<Outcome> Ended => ended.Task;

    /// <summary>Cancelled when somebody has called <see cref="Cancel"/>.</summary>
    public CancellationToken Cancellation => cancel.Token;

    /// <summary>How it stands now.</summary>
    public VirtOperation Snapshot()
    {
        lock (gate)
        {
            return isCancelling && outcome is null ? state with { Activity = $"Being cancelled: {state.Activity}".TrimEnd(':', ' ') } : state with { };
        }
    }

    /// <summary>Asks it to end. It ends at its next safe point, or well if it was almost done; until then its activity says that it has been asked.</summary>
    public void Cancel()
    {
        lock (gate)
        {
            isCancelling = true;
        }

        if (!ended.Task.IsCompleted)
        {
            cancel.Cancel();
        }
    }

    /// <summary>Passes on what it reports until the watcher disposes what it gets.</summary>
    public IDisposable Watch(ICallSink watcher)
    {
        lock (gate)
        {
            watchers.Add(watcher);
        }

        return new Watching(this, watcher);
    }

    /// <summary>
    /// Writes it to the database, so that it is seen after a restart of the agent too. One that has ended meanwhile is written with its end: whoever has been told its id
    /// must find how it ended.
    /// </summary>
    public void Store()
    {
        lock (gate)
        {
            if (outcome is null || !isStored)
            {
                if (outcome is null && !isStored)
                {
                    Tell(VirtEventAction.Started, "");
                }

                isStored = TrySave(new OperationRow { Operation = state with { }, Error = outcome?.Error, Result = outcome?.Result });
            }
        }
    }

    /// <inheritdoc/>
    public void WorksOn(string target)
    {
        lock (gate)
        {
            state.Target = target;
        }
    }

    /// <inheritdoc/>
    public void Report(ProgressInfo progress)
    {
        ICallSink[] now;
        lock (gate)
        {
            state.Activity = progress.Status.Length == 0 ? progress.Activity : $"{progress.Activity}: {progress.Status}";
            state.PercentComplete = progress.PercentComplete;
            now = [.. watchers];
        }

        foreach (var watcher in now)
        {
            watcher.Report(progress);
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation) => default;

    /// <inheritdoc/>
    public void Dispose() => cancel.Dispose();

    internal void End(Outcome how, DateTimeOffset now)
    {
        lock (gate)
        {
            outcome = how;
            state.EndTime = now;
            state.State = how.Error?.Code switch
            {
                null => OperationState.Completed,
                ErrorCode.Cancelled => OperationState.Cancelled,
                _ => OperationState.Failed,
            };
            state.ErrorId = how.Error?.Id;
            state.ErrorMessage = how.Error?.Message;
            state.PercentComplete = how.Error is null ? 100 : state.PercentComplete;
            if (isStored)
            {
                TrySave(new OperationRow { Operation = state with { }, Error = how.Error, Result = how.Result });
            }

            Tell(
                state.State switch { OperationState.Completed => VirtEventAction.Completed, OperationState.Cancelled => VirtEventAction.Cancelled, _ => VirtEventAction.Failed },
                how.Error is null ? "" : ": " + how.Error.Message);
        }

        ended.SetResult(how);
    }

    private void Tell(VirtEventAction action, string more) => events.Publish(VirtEventKind.Operation, action, state.Target, state.Id, $"{state.Method} by {state.StartedBy}{more}");

    // A full disk must neither end the agent nor keep the work from ending; what the work itself changed was written by its service.
    private bool TrySave(OperationRow row)
    {
        try
        {
            table.Save(row);
            return true;
        }
        catch (Exception e)
        {
            AgentLog.Error($"Could not write operation '{row.Operation.Id}'", e);
            return false;
        }
    }

    private sealed class Watching(Operation operation, ICallSink watcher) : IDisposable
    {
        public void Dispose()
        {
            lock (operation.gate)
            {
                operation.watchers.Remove(watcher);
            }
        }
    }
}
