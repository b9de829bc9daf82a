using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;
using Virt.Tests.Common;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class QmpClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_greeting_tells_the_version()
    {
        await using var monitor = new FakeMonitor(_ => null);
        await using var client = await ConnectAsync(monitor);
        Assert.Equal("7.2.22", client.Version);
    }

    [Fact]
    public async Task A_command_carries_its_arguments_and_gives_its_return()
    {
        await using var monitor = new FakeMonitor(static c => FakeMonitor.Name(c) == "add"
            ? $$"""{"return": {"sum": {{c.GetProperty("arguments").GetProperty("a").GetInt32() + 1}}}, "id": $id}"""
            : null);
        await using var client = await ConnectAsync(monitor);
        var result = await client.ExecuteAsync("add", static json => json.WriteNumber("a", 41), Cancellation);
        Assert.Equal(42, result.GetProperty("sum").GetInt32());
    }

    [Fact]
    public async Task Many_commands_at_once_each_get_their_own_answer()
    {
        await using var monitor = new FakeMonitor(static c => $$"""{"return": {{c.GetProperty("arguments").GetProperty("n").GetInt32()}}, "id": $id}""");
        await using var client = await ConnectAsync(monitor);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n => (await client.ExecuteAsync("echo", json => json.WriteNumber("n", n), Cancellation)).GetInt32()));
        Assert.Equal(Enumerable.Range(0, 200), answers);
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_class_and_description()
    {
        await using var monitor = new FakeMonitor(static _ => """{"error": {"class": "GenericError", "desc": "no way"}, "id": $id}""");
        await using var client = await ConnectAsync(monitor);
        var e = await Assert.ThrowsAsync<QmpException>(() => client.ExecuteAsync("cont", null, Cancellation));
        Assert.Equal(("cont", "GenericError", "no way"), (e.Command, e.ErrorClass, e.Description));
    }

    [Fact]
    public async Task A_stopped_qemu_is_not_waited_for_and_one_that_answers_late_is()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var isStopped = false;
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var monitor = new FakeMonitor(c =>
        {
            heard.TrySetResult();
            return FakeMonitor.Name(c) == "late" ? """{"return": 5, "id": $id}""" : null;
        });
        await using var client = await Deadline.Await(QmpClient.ConnectAsync(monitor.Near, static _ => { }, Cancellation, time, () => isStopped), "the greeting");
        var stop = client.ExecuteAsync("stop", null, Cancellation);
        await Deadline.Await(heard.Task, "the command");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(stop.IsCompleted);
        isStopped = true;
        time.Advance(TimeSpan.FromSeconds(10));
        var e = await Assert.ThrowsAsync<QmpClosedException>(() => Deadline.Await(stop, "the end of the wait"));
        Assert.Equal("QEMU is stopped, and did not answer 'stop'.", e.Message);
        Assert.Equal(5, (await client.ExecuteAsync("late", null, Cancellation)).GetInt32());
    }

    [Fact]
    public async Task Events_come_in_order_with_data_and_time()
    {
        await using var monitor = new FakeMonitor(static _ => null);
        var seen = new List<QmpEvent>();
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = await ConnectAsync(monitor, e =>
        {
            seen.Add(e);
            if (seen.Count == 2)
            {
                second.SetResult();
            }
        });
        await monitor.SayAsync("""{"timestamp": {"seconds": 10, "microseconds": 5}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-shutdown"}}""");
        await monitor.SayAsync("""{"timestamp": {"seconds": 11, "microseconds": 0}, "event": "STOP"}""");
        await Deadline.Await(second.Task, "two events");
        Assert.Equal(["SHUTDOWN", "STOP"], seen.Select(e => e.Name));
        Assert.True(seen[0].Flag("guest"));
        Assert.Equal("guest-shutdown", seen[0].Text("reason"));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(10).AddMicroseconds(5), seen[0].Time);
        Assert.Null(seen[1].Text("reason"));
    }

    [Fact]
    public async Task When_qemu_goes_every_waiting_and_every_later_command_fails()
    {
        var monitor = new FakeMonitor(static _ => null);
        await using var client = await ConnectAsync(monitor);
        var waiting = client.ExecuteAsync("query-status", null, Cancellation);
        await monitor.DisposeAsync();
        await Assert.ThrowsAsync<QmpClosedException>(() => Deadline.Await(waiting, "the failure of the waiting command"));
        await Deadline.Await(client.Closed, "the client's end");
        await Assert.ThrowsAsync<QmpClosedException>(() => client.ExecuteAsync("query-status", null, Cancellation));
    }

    [Fact]
    public async Task A_cancelled_wait_spoils_no_later_command()
    {
        await using var monitor = new FakeMonitor(static c => FakeMonitor.Name(c) == "slow" ? null : """{"return": 1, "id": $id}""");
        await using var client = await ConnectAsync(monitor);
        using var cancel = new CancellationTokenSource();
        var slow = client.ExecuteAsync("slow", null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        Assert.Equal(1, (await client.ExecuteAsync("fast", null, Cancellation)).GetInt32());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("""{"QMP": 7}""")]
    public async Task What_does_not_greet_as_qmp_is_refused(string? greeting)
    {
        var monitor = new FakeMonitor(static _ => null, greeting);
        if (greeting is null)
        {
            await monitor.DisposeAsync();
        }

        await Assert.ThrowsAsync<QmpClosedException>(() => Deadline.Await(QmpClient.ConnectAsync(monitor.Near, static _ => { }, Cancellation), "the refusal"));
        await monitor.DisposeAsync();
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("[1]")]
    [InlineData("""{"event": 5}""")]
    public async Task Garbage_after_the_greeting_closes_the_monitor(string garbage)
    {
        await using var monitor = new FakeMonitor(static _ => null);
        await using var client = await ConnectAsync(monitor);
        await monitor.SayAsync(garbage);
        await Deadline.Await(client.Closed, "the client's end");
        await Assert.ThrowsAsync<QmpClosedException>(() => client.ExecuteAsync("cont", null, Cancellation));
    }

    private static Task<QmpClient> ConnectAsync(FakeMonitor monitor, Action<QmpEvent>? onEvent = null) =>
        Deadline.Await(QmpClient.ConnectAsync(monitor.Near, onEvent ?? (static _ => { }), Cancellation), "the greeting");
}
