using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.Tests.Rpc;

public sealed class ConnectionTests : IDisposable
{
    private readonly TestAgent agent = new();

    public void Dispose() => agent.Dispose();

    [Fact]
    public async Task The_first_call_must_be_hello_and_the_connection_goes_on_after_the_error()
    {
        var raw = new RawClient(agent.Open());
        var refused = await raw.CallAsync(1, Methods.Ping, new Nothing());
        Assert.Equal("HelloRequired", refused.Error?.Id);
        Assert.Null((await raw.CallAsync(2, Methods.Hello, new Hello { ProtocolVersion = 1 })).Error);
        Assert.Null((await raw.CallAsync(3, Methods.Ping, new Nothing())).Error);
    }

    [Fact]
    public async Task An_unknown_method_is_one_typed_error()
    {
        var raw = new RawClient(agent.Open());
        await raw.HelloAsync();
        await raw.SendAsync("94 00 07 a4 6e6f7065 91 90");
        var reply = await raw.ReceiveAsync();
        Assert.Equal(7u, reply!.Id);
        Assert.Equal(ErrorCode.NotSupported, reply.Error?.Code);
        Assert.Equal("Cannot call 'nope': this agent has no such method.", reply.Error?.Message);
    }

    [Theory]
    [InlineData("94 00 07 a4 70696e67 91 01", "Nothing.the array")]
    [InlineData("94 00 07 a4 70696e67 90", "params must hold one Nothing")]
    [InlineData("94 00 07 a4 70696e67 92 90 a1 78", "CallOptions.the array")]
    public async Task Params_of_a_wrong_type_are_one_typed_error_and_the_connection_goes_on(string hex, string expected)
    {
        var raw = new RawClient(agent.Open());
        await raw.HelloAsync();
        await raw.SendAsync(hex);
        var reply = await raw.ReceiveAsync();
        Assert.Equal(ErrorCode.InvalidArgument, reply!.Error?.Code);
        Assert.Contains(expected, reply.Error?.Message);
        Assert.Null((await raw.CallAsync(8, Methods.Ping, new Nothing())).Error);
    }

    [Theory]
    [InlineData("47 45 54 20 2f", "A message is an array")]
    [InlineData("91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91 91", "nests deeper")]
    [InlineData("dd ff ff ff ff", "more than fit")]
    [InlineData("94 00 01 db 7f ff ff ff", "claims more than")]
    [InlineData("c1", "begins no MessagePack value")]
    [InlineData("94 01 01 c0 c0", "sends no responses")]
    [InlineData("94 05 01 c0 c0", "is no message")]
    [InlineData("94 00 a1 78 a4 70696e67 91 90", "does not have the parts")]
    public async Task Bytes_that_are_no_message_end_the_connection_with_its_reason(string hex, string expected)
    {
        var raw = new RawClient(agent.Open());
        await raw.HelloAsync();
        await raw.SendAsync(hex);
        var closing = await raw.ReceiveAsync();
        Assert.Equal(Notifications.Closing, closing!.Method);
        Assert.Contains(expected, MessageCodec.ReadValue(closing, ErrorInfo.WireFormat.Read).Message);
        Assert.Null(await raw.ReceiveAsync());
    }

    [Fact]
    public async Task Requests_are_served_side_by_side_and_answered_as_they_end()
    {
        var first = new TaskCompletionSource();
        agent.On(Methods.GetVirtHost, async (_, _) =>
        {
            await first.Task;
            return new VirtHost { Name = "slow" };
        });
        var raw = new RawClient(agent.Open());
        await raw.HelloAsync();
        await raw.SendAsync(1, Methods.GetVirtHost, new GetVirtHost());
        Assert.Equal(2u, (await raw.CallAsync(2, Methods.Ping, new Nothing())).Id);
        first.SetResult();
        Assert.Equal(1u, (await raw.ReceiveAsync())!.Id);
    }

    [Fact]
    public async Task A_request_too_many_ends_the_connection_and_cancels_its_queries()
    {
        var cancelled = 0;
        agent.On(Methods.GetVirtHost, async (_, call) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, call.Cancellation);
            }
            finally
            {
                Interlocked.Increment(ref cancelled);
            }

            return new VirtHost();
        });
        var stream = agent.Open(writesInFlight: 200);
        var raw = new RawClient(stream);
        await raw.HelloAsync();
        for (uint id = 1; id <= WireLimits.MaxRequestsInFlight + 1; id++)
        {
            await raw.SendAsync(id, Methods.GetVirtHost, new GetVirtHost());
        }

        Message? message;
        var sawClosing = false;
        while ((message = await raw.ReceiveAsync()) is not null)
        {
            sawClosing |= message.Method == Notifications.Closing;
        }

        Assert.True(sawClosing);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref cancelled) == WireLimits.MaxRequestsInFlight, TimeSpan.FromSeconds(30)), "awaited in vain: all queries cancelled");
    }

    [Fact]
    public async Task The_same_id_twice_ends_the_connection()
    {
        agent.On(Methods.GetVirtHost, async (_, call) =>
        {
            await Task.Delay(Timeout.Infinite, call.Cancellation);
            return new VirtHost();
        });
        var raw = new RawClient(agent.Open());
        await raw.HelloAsync();
        await raw.SendAsync(1, Methods.GetVirtHost, new GetVirtHost());
        await raw.SendAsync(1, Methods.GetVirtHost, new GetVirtHost());
        Message? message;
        var reasons = "";
        while ((message = await raw.ReceiveAsync()) is not null)
        {
            reasons += message.Method == Notifications.Closing ? MessageCodec.ReadValue(message, ErrorInfo.WireFormat.Read).Message : "";
        }

        Assert.Contains("came again before it was answered", reasons);
    }

    [Fact]
    public async Task A_client_that_stops_reading_costs_the_others_nothing()
    {
        agent.On(Methods.GetContainerLog, async (_, call) =>
        {
            while (true)
            {
                await call.SendItemAsync(ContainerLogEntry.WireFormat, new ContainerLogEntry { Line = new string('x', 1000) });
                call.Cancellation.ThrowIfCancellationRequested();
            }
        });
        var stalled = new RawClient(agent.Open(writesInFlight: 2));
        await stalled.HelloAsync();
        await stalled.SendAsync(1, Methods.GetContainerLog, new GetContainerLog());

        using var other = agent.Connect();
        for (var i = 0; i < 100; i++)
        {
            await Deadline.Await(Task.Run(() => other.Invoke(Methods.Ping, new Nothing())), "a ping beside a client that does not read");
        }
    }

    [Fact]
    public async Task A_handler_that_throws_something_unforeseen_is_an_internal_error()
    {
        agent.On(Methods.GetVirtHost, (_, _) => throw new InvalidOperationException("boom"));
        var raw = new RawClient(agent.Open());
        await raw.HelloAsync();
        var reply = await raw.CallAsync(1, Methods.GetVirtHost, new GetVirtHost());
        Assert.Equal(ErrorCode.Internal, reply.Error?.Code);
        Assert.Equal("Cannot finish 'host.get': InvalidOperationException: boom", reply.Error?.Message);
    }

    [Fact]
    public async Task A_message_may_come_a_byte_at_a_time()
    {
        var stream = agent.Open();
        var raw = new RawClient(stream);
        foreach (var b in Convert.FromHexString("940001a568656c6c6f919201a178"))
        {
            await stream.WriteAsync(new[] { b });
        }

        Assert.Equal(1u, (await raw.ReceiveAsync())!.Id);
    }

    [Fact]
    public async Task A_large_request_is_taken_whole()
    {
        var names = Enumerable.Range(0, 20_000).Select(i => $"vm-{i:d8}").ToArray();
        var seen = 0;
        agent.On(Methods.GetVM, (request, _) =>
        {
            seen = request.Names.Length;
            return Task.FromResult(new VMList());
        });
        using var client = agent.Connect();
        await Task.Run(() => client.Invoke(Methods.GetVM, new GetVM { Names = names }));
        Assert.Equal(20_000, seen);
    }
}
