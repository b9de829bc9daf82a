using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Events;
using Virt.Agent.Operations;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Operations;

public sealed class OperationServiceTests : IDisposable
{
    private static readonly Call Caller = new(NoSink.Instance, "root", whatIf: false, CancellationToken.None);

    private readonly string folder = Directory.CreateTempSubdirectory("virt-operations-").FullName;
    private StateStore store;

    public OperationServiceTests() => store = Open();

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_change_that_is_over_at_once_leaves_no_row()
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var operation = service.Start("vm.start", "root", _ => Task.FromResult(new byte[] { 1 }));
        var outcome = await Deadline.Await(operation.Ended, "the operation's end");
        Assert.Equal([1], outcome.Result);
        Assert.Empty(store.Operations.Load());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_detached_change_that_is_over_at_once_can_still_be_waited_for(bool isGood)
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var operation = service.Start("vm.start", "root", _ => isGood ? Task.FromResult(new byte[] { 1 }) : throw new VirtException(ErrorCode.NotFound, "VMNotFound", "Cannot start.", "web01"));
        await Deadline.Await(operation.Ended, "the operation's end");

        // As Route does for a client that detaches.
        operation.Store();
        var result = await service.WaitAsync(new WaitVirtOperation { Id = operation.Id }, Caller);
        Assert.Equal((isGood ? OperationState.Completed : OperationState.Failed, isGood ? null : "VMNotFound"), (result.Operation.State, result.Error?.Id));
        Assert.Equal(isGood, result.Result is [1]);
        Assert.Equal(operation.Id, Assert.Single((await service.GetAsync(new GetVirtOperation(), Caller)).Items).Id);
    }

    [Fact]
    public async Task A_change_that_lasts_is_seen_by_everybody_and_stays_in_the_list()
    {
        var go = new TaskCompletionSource();
        var service = new OperationService(store.Operations, TimeProvider.System);
        var operation = service.Start("vm.start", "anna", async call =>
        {
            call.WorksOn("web01");
            call.Report("Starting VM 'web01'", "waiting for the guest agent", 40);
            await go.Task;
            return [];
        });
        Assert.True(SpinWait.SpinUntil(() => store.Operations.Load(runningOnly: true).Count == 1, TimeSpan.FromSeconds(30)), "awaited in vain: the stored operation");
        var seen = Assert.Single((await service.GetAsync(new GetVirtOperation { RunningOnly = true }, Caller)).Items);
        Assert.Equal(("vm.start", "web01", "anna", 40), (seen.Method, seen.Target, seen.StartedBy, seen.PercentComplete));
        Assert.Equal("Starting VM 'web01': waiting for the guest agent", seen.Activity);
        go.SetResult();
        await Deadline.Await(operation.Ended, "the operation's end");
        Assert.Equal(OperationState.Completed, Assert.Single((await service.GetAsync(new GetVirtOperation(), Caller)).Items).State);
    }

    [Fact]
    public async Task Stopping_cancels_it_and_waits_until_it_has_ended()
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var cleaned = false;
        var operation = service.Start("vm.start", "root", async call =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, call.Cancellation);
            }
            finally
            {
                cleaned = true;
            }

            return [];
        });
        operation.Store();
        var ended = await service.StopAsync(new StopVirtOperation { Id = operation.Id }, Caller);
        Assert.True(cleaned);
        Assert.Equal(OperationState.Cancelled, ended.State);
        var again = await Assert.ThrowsAsync<VirtException>(() => service.StopAsync(new StopVirtOperation { Id = operation.Id }, Caller));
        Assert.Contains("it is Cancelled; Running is required", again.Message);
    }

    [Fact]
    public async Task What_has_been_asked_to_end_says_so_until_it_does()
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var go = new TaskCompletionSource();
        var operation = service.Start("vm.start", "root", async call =>
        {
            call.Report("Starting VM 'web01'", "booting");
            await go.Task;
            call.Report("Starting VM 'web01'", "ending");
            call.Cancellation.ThrowIfCancellationRequested();
            return [];
        });
        var stopping = service.StopAsync(new StopVirtOperation { Id = operation.Id }, Caller);
        Assert.Equal("Being cancelled: Starting VM 'web01': booting", operation.Snapshot().Activity);
        go.SetResult();
        Assert.Equal((OperationState.Cancelled, "Starting VM 'web01': ending"), ((await stopping).State, operation.Snapshot().Activity));
    }

    [Fact]
    public async Task A_wait_that_is_too_short_says_what_is_still_being_done()
    {
        var go = new TaskCompletionSource();
        var service = new OperationService(store.Operations, TimeProvider.System);
        var operation = service.Start("vm.start", "root", async call =>
        {
            call.Report("Starting VM 'web01'", "booting");
            await go.Task;
            return [];
        });
        var error = await Assert.ThrowsAsync<VirtException>(() => service.WaitAsync(new WaitVirtOperation { Id = operation.Id, Timeout = TimeSpan.FromMilliseconds(20) }, Caller));
        Assert.Equal(ErrorCode.Timeout, error.Code);
        Assert.Contains("booting", error.Message);
        go.SetResult();
        await Deadline.Await(operation.Ended, "the operation's end");
    }

    [Fact]
    public async Task What_a_killed_agent_left_running_has_failed_with_the_reason()
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var never = new TaskCompletionSource<byte[]>();
        var operation = service.Start("vm.start", "root", call =>
        {
            call.WorksOn("web01");
            return never.Task;
        });
        operation.Store();
        store.Dispose();

        store = Open();
        var restarted = new OperationService(store.Operations, TimeProvider.System);
        restarted.EndInterrupted();
        var seen = Assert.Single((await restarted.GetAsync(new GetVirtOperation { Ids = [operation.Id] }, Caller)).Items);
        Assert.Equal((OperationState.Failed, "AgentRestarted"), (seen.State, seen.ErrorId));
        var result = await restarted.WaitAsync(new WaitVirtOperation { Id = operation.Id }, Caller);
        Assert.Equal("Get-VM", result.Error?.RecommendedAction);
    }

    [Fact]
    public async Task What_is_resumed_after_a_restart_goes_on_under_its_id_and_can_be_waited_for()
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var never = new TaskCompletionSource<Nothing>();
        var operation = service.Start(Methods.StartVM, "anna", async call =>
        {
            call.WorksOn("web01");
            call.Keep();
            await never.Task;
            return new VM();
        });
        Assert.Single(store.Operations.Load(runningOnly: true));
        store.Dispose();

        store = Open();
        var restarted = new OperationService(store.Operations, TimeProvider.System);
        var go = new TaskCompletionSource();
        var resumed = restarted.Resume(operation.Id, Methods.StartVM, async call =>
        {
            Assert.Equal(("anna", operation.Id), (call.User, call.OperationId));
            await go.Task;
            return new VM { Name = "web01" };
        });
        restarted.EndInterrupted();
        var seen = Assert.Single((await restarted.GetAsync(new GetVirtOperation { RunningOnly = true }, Caller)).Items);
        Assert.Equal((operation.Id, "web01", "anna", OperationState.Running), (seen.Id, seen.Target, seen.StartedBy, seen.State));
        go.SetResult();
        await Deadline.Await(resumed!.Ended, "the operation's end");
        var result = await restarted.WaitAsync(new WaitVirtOperation { Id = operation.Id }, Caller);
        Assert.Equal("web01", VM.WireFormat.Decode(result.Result!).Name);
        Assert.Null(restarted.Resume(operation.Id, Methods.StartVM, _ => Task.FromResult(new VM())));
    }

    [Fact]
    public async Task A_state_that_cannot_be_written_neither_ends_the_agent_nor_the_work()
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var go = new TaskCompletionSource();
        var operation = service.Start("vm.start", "root", async _ =>
        {
            await go.Task;
            return [7];
        });
        store.Dispose();
        operation.Store();
        go.SetResult();
        Assert.Equal([7], (await Deadline.Await(operation.Ended, "the operation's end")).Result);
        store = Open();
    }

    [Fact]
    public async Task An_id_that_does_not_exist_is_an_error_beside_those_that_do()
    {
        var service = new OperationService(store.Operations, TimeProvider.System);
        var missing = Guid.NewGuid();
        var list = await service.GetAsync(new GetVirtOperation { Ids = [missing] }, Caller);
        Assert.Empty(list.Items);
        Assert.Equal("OperationNotFound", Assert.Single(list.Errors).Id);
        await Assert.ThrowsAsync<VirtException>(() => service.StopAsync(new StopVirtOperation { Id = missing }, Caller));
        await Assert.ThrowsAsync<VirtException>(() => service.WaitAsync(new WaitVirtOperation { Id = missing }, Caller));
    }

    [Fact]
    public async Task What_begins_to_last_and_every_end_is_told_to_those_who_watch()
    {
        var events = new EventHub(TimeProvider.System);
        var service = new OperationService(store.Operations, TimeProvider.System, events);
        var brief = service.Start("vm.start", "anna", call =>
        {
            call.WorksOn("web01");
            return Task.FromResult(new byte[] { 1 });
        });
        await Deadline.Await(brief.Ended, "the operation's end");
        var lasting = service.Start("vm.stop", "anna", call =>
        {
            call.WorksOn("web02");
            call.Keep();
            call.Keep();
            throw new VirtException(ErrorCode.Timeout, "VMStopTimeout", "Cannot stop VM 'web02': it did not end.", "web02");
        });
        await Deadline.Await(lasting.Ended, "the operation's end");
        Assert.Equal(
            [
                (VirtEventAction.Completed, "web01", "vm.start by anna"),
                (VirtEventAction.Started, "web02", "vm.stop by anna"),
                (VirtEventAction.Failed, "web02", "vm.stop by anna: Cannot stop VM 'web02': it did not end."),
            ],
            events.Read(0).Events.Select(static e => (e.Action, e.Name, e.Message)));
        Assert.All(events.Read(1).Events, e => Assert.Equal((VirtEventKind.Operation, lasting.Id), (e.Kind, e.Id)));
    }

    private StateStore Open() => new(Path.Combine(folder, "virt.db"));
}
