using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.Tests.Rpc;

/// <summary>A connection that becomes one to somebody else once a call is answered.</summary>
public sealed class HandOverTests : IDisposable
{
    private readonly TestAgent host = new();
    private readonly TestAgent guest = new();

    public void Dispose()
    {
        host.Dispose();
        guest.Dispose();
    }

    [Fact]
    public void What_comes_after_the_answer_is_between_the_client_and_the_other()
    {
        host.On(Methods.ConnectVMAgent, (request, call) =>
        {
            call.HandOver(guest.Open());
            return Task.FromResult(new Nothing());
        });
        host.On(Methods.GetVM, static (_, _) => Task.FromResult(new VMList { Items = [new VM { Name = "the host's" }] }));
        guest.On(Methods.GetVM, static async (_, call) =>
        {
            call.Report("Looking", "at it", 50);
            var input = await call.ReadInputAsync(call.Cancellation);
            return new VMList { Items = [new VM { Name = "the guest's", Notes = string.Concat(input.ToArray().Select(static b => (char)b)) }] };
        });
        using var stream = host.Open();
        using var first = VirtClient.Connect(stream, VirtEndpoint.Parse("unix:///test"), "tests/1");
        first.Invoke(Methods.ConnectVMAgent, new ConnectVMAgent { Name = "web01" });
        using var client = VirtClient.Connect(stream, VirtEndpoint.Parse("unix:///test/vm:web01"), "tests/1");
        var found = client.Invoke(Methods.GetVM, new GetVM(), stdin: new System.IO.MemoryStream("hello"u8.ToArray())).Items.Single();
        Assert.Equal(("the guest's", "hello"), (found.Name, found.Notes));
    }

    [Fact]
    public void A_refusal_leaves_the_connection_as_it_is()
    {
        host.On(Methods.ConnectVMAgent, static (_, _) => throw new VirtException(ErrorCode.NotFound, "VMNotFound", "Cannot reach the agent in VM 'x': there is no such VM."));
        using var client = host.Connect();
        Assert.Equal("VMNotFound", Assert.Throws<VirtException>(() => client.Invoke(Methods.ConnectVMAgent, new ConnectVMAgent { Name = "x" })).Id);
        client.Invoke(Methods.Ping, new Nothing());
    }

    [Fact]
    public void Its_wait_can_be_cancelled()
    {
        host.On(Methods.ConnectVMAgent, static async (_, call) =>
        {
            await Task.Delay(Timeout.Infinite, call.Cancellation);
            return new Nothing();
        });
        using var client = host.Connect();
        using var cancel = new CancellationTokenSource(20);
        Assert.Equal(ErrorCode.Cancelled, Assert.Throws<VirtException>(() => client.Invoke(Methods.ConnectVMAgent, new ConnectVMAgent(), cancellation: cancel.Token)).Code);
    }

    [Fact]
    public async Task The_end_of_either_side_is_that_of_the_other()
    {
        var (theirs, ours) = PairedStream.Make();
        host.On(Methods.ConnectVMAgent, (_, call) =>
        {
            call.HandOver(theirs);
            return Task.FromResult(new Nothing());
        });
        using (var stream = host.Open())
        using (var first = VirtClient.Connect(stream, VirtEndpoint.Parse("unix:///test"), "tests/1"))
        {
            first.Invoke(Methods.ConnectVMAgent, new ConnectVMAgent());
            await stream.WriteAsync(new byte[] { 1, 2, 3 });
            var got = new byte[3];
            await ours.ReadExactlyAsync(got);
            Assert.Equal([1, 2, 3], got);
            await ours.WriteAsync(new byte[] { 4 });
            await stream.ReadExactlyAsync(got.AsMemory(0, 1));
            Assert.Equal(4, got[0]);
        }

        Assert.Equal(0, await ours.ReadAsync(new byte[1]));
    }
}
