using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Operations;

/// <summary>Runs changes as operations and answers what is asked about them.</summary>
public sealed class OperationService
{
    // What is over sooner is answered before anybody could look at it, and costs no write (docs/adr/0004).
    private static readonly TimeSpan StoreAfter = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Guid, Operation> running = new();
    private readonly OperationTable table;
    private readonly TimeProvider time;
    private readonly EventHub events;

    /// <summary>Takes over the stored operations. What was running when the agent before this one ended is resumed, or ended by <see cref="EndInterrupted"/>.</summary>
    /// <param name="table">Stored operations.</param>
    /// <param name="time">The clock.</param>
    /// <param name="events">Is told of what begins to last, and of every end; null: nobody is.</param>
    public OperationService(OperationTable table, TimeProvider time, EventHub? events = null)
    {
        this.table = table;
        this.time = time;
        this.events = events ?? new EventHub(time, 1);
    }

    /// <summary>Starts a change.</summary>
    /// <param name="method">The method that it runs.</param>
    /// <param name="user">Who asked for it.</param>
    /// <param name="work">Does it and gives its encoded result.</param>
    public Operation Start(string method, string user, Func<Call, Task<byte[]>> work)
    {
        var operation = new Operation(table, method, user, time.GetUtcNow(), events);
        Run(operation, method, user, work);
        return operation;
    }

    /// <summary>Starts a change.</summary>
    /// <inheritdoc cref="Start(string, string, Func{Call, Task{byte[]}})"/>
    public Operation Start<TRequest, TResult>(Method<TRequest, TResult> method, string user, Func<Call, Task<TResult>> work) =>
        Start(method.Name, user, async call => method.Result.Encode(await work(call).ConfigureAwait(false)));

    /// <summary>Lets an operation go on that the agent's end has interrupted: the same id, user and start, so that whoever waits for it finds it.</summary>
    /// <param name="id">The operation, which had called <see cref="Call.Keep"/>.</param>
    /// <param name="method">The method that it runs.</param>
    /// <param name="work">Does what is left of it.</param>
    /// <returns>Null where no such operation was running.</returns>
    public Operation? Resume<TRequest, TResult>(Guid id, Method<TRequest, TResult> method, Func<Call, Task<TResult>> work)
    {
        if (running.ContainsKey(id) || table.Find(id) is not { Operation: { EndTime: null } stored })
        {
            return null;
        }

        var operation = new Operation(table, stored, events);
        Run(operation, stored.Method, stored.StartedBy, async call => method.Result.Encode(await work(call).ConfigureAwait(false)));
        return operation;
    }

    /// <summary>Ends what the agent before this one left unended and nobody has resumed: it has failed. Comes after the services have recovered.</summary>
    public void EndInterrupted()
    {
        foreach (var row in table.Load(runningOnly: true).Where(row => !running.ContainsKey(row.Operation.Id)))
        {
            table.Save(Interrupted(row));
        }
    }

    /// <summary>Lists operations, newest first.</summary>
    public Task<VirtOperationList> GetAsync(GetVirtOperation request, Call call)
    {
        var items = running.Values.Select(o => o.Snapshot()).ToDictionary(o => o.Id);
        foreach (var row in table.Load(request.RunningOnly))
        {
            items.TryAdd(row.Operation.Id, row.Operation);
        }

        var asked = request.Ids.Length == 0 ? items.Keys : (IReadOnlyCollection<Guid>)request.Ids;
        return Task.FromResult(new VirtOperationList
        {
            Items = [.. asked.Where(items.ContainsKey).Select(id => items[id]).Where(o => !request.RunningOnly || o.EndTime is null).OrderByDescending(o => o.StartTime)],
            Errors = [.. asked.Where(id => !items.ContainsKey(id)).Select(id => Missing("get", id).ToInfo())],
        });
    }

    /// <summary>Cancels an operation and waits until it has ended.</summary>
    /// <exception cref="VirtException">NotFound; WrongState where it has ended already.</exception>
    public async Task<VirtOperation> StopAsync(StopVirtOperation request, Call call)
    {
        // One that has ended is among those that run for a moment still.
        _ = running.TryGetValue(request.Id, out var operation);
        if (operation is null || operation.Ended.IsCompleted)
        {
            var state = operation?.Snapshot().State ?? (table.Find(request.Id) ?? throw Missing("stop", request.Id)).Operation.State;
            throw new VirtException(
                ErrorCode.WrongState,
                "OperationEnded",
                $"Cannot stop operation '{request.Id}': it is {state}; Running is required.",
                request.Id.ToString(),
                $"Get-VirtOperation -Id {request.Id}");
        }

        operation.Cancel();
        await operation.Ended.WaitAsync(call.Cancellation).ConfigureAwait(false);
        return operation.Snapshot();
    }

    /// <summary>Follows an operation to its end, with its progress.</summary>
    /// <exception cref="VirtException">NotFound; Timeout where it goes on.</exception>
    public async Task<OperationResult> WaitAsync(WaitVirtOperation request, Call call)
    {
        if (!running.TryGetValue(request.Id, out var operation))
        {
            var row = table.Find(request.Id) ?? throw Missing("wait for", request.Id);
            return new OperationResult { Operation = row.Operation, Result = row.Result, Error = row.Error };
        }

        using var watching = operation.Watch(new ProgressOnly(call));
        try
        {
            var limit = request.Timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.Timeout;
            var outcome = await operation.Ended.WaitAsync(limit, time, call.Cancellation).ConfigureAwait(false);
            return new OperationResult { Operation = operation.Snapshot(), Result = outcome.Result, Error = outcome.Error };
        }
        catch (TimeoutException)
        {
            var now = operation.Snapshot();
            throw new VirtException(
                ErrorCode.Timeout,
                "OperationTimeout",
                $"Cannot wait longer for operation '{request.Id}': after {request.Timeout.TotalSeconds} s it is still Running ({now.Activity}).",
                request.Id.ToString(),
                $"Stop-VirtOperation -Id {request.Id}");
        }
    }

    private static OperationRow Interrupted(OperationRow row)
    {
        var error = new ErrorInfo
        {
            Code = ErrorCode.Unavailable,
            Id = "AgentRestarted",
            Message = $"The agent was restarted while '{row.Operation.Method}' worked on '{row.Operation.Target}'; the object itself was brought to a whole state.",
            Target = row.Operation.Target,
            RecommendedAction = row.Operation.Method switch
            {
                "containerimage.save" => $"Save-ContainerImage {row.Operation.Target}",
                var method when method.StartsWith("containerimage.", StringComparison.Ordinal) => "Get-ContainerImage",
                var method when method.StartsWith("vm.", StringComparison.Ordinal) => "Get-VM",
                _ => "Get-Container",
            },
        };
        var ended = row.Operation with { State = OperationState.Failed, EndTime = DateTimeOffset.UtcNow, ErrorId = error.Id, ErrorMessage = error.Message };
        return row with { Operation = ended, Error = error };
    }

    private static VirtException Missing(string verb, Guid id) =>
        new(ErrorCode.NotFound, "OperationNotFound", $"Cannot {verb} operation '{id}': no operation has that id.", id.ToString(), "Get-VirtOperation");

    private void Run(Operation operation, string method, string user, Func<Call, Task<byte[]>> work)
    {
        running[operation.Id] = operation;
        _ = RunAsync(operation, method, user, work);
    }

    private async Task RunAsync(Operation operation, string method, string user, Func<Call, Task<byte[]>> work)
    {
        using (operation)
        {
            var store = time.CreateTimer(static o => ((Operation)o!).Store(), operation, StoreAfter, Timeout.InfiniteTimeSpan);
            Outcome outcome;
            try
            {
                var call = new Call(operation, user, whatIf: false, operation.Cancellation) { OperationId = operation.Id, KeepOperation = operation.Store };
                outcome = new Outcome(await work(call).ConfigureAwait(false), null);
            }
            catch (Exception e)
            {
                outcome = new Outcome(null, ErrorReply.From(e, method));
            }

            await store.DisposeAsync().ConfigureAwait(false);
            operation.End(outcome, time.GetUtcNow());
            running.TryRemove(operation.Id, out _);
        }
    }
}
