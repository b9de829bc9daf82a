using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.Tests.Rpc;

public sealed class VirtClientTests : IDisposable
{
    private readonly TestAgent agent = new();

    public void Dispose() => agent.Dispose();

    [Fact]
    public void It_learns_who_answers()
    {
        using var client = agent.Connect();
        Assert.Equal("9.9.9", client.Agent.AgentVersion);
    }

    [Fact]
    public void An_error_comes_back_as_the_exception_that_was_thrown()
    {
        agent.On(Methods.StartVM, (request, _) => throw new VirtException(ErrorCode.WrongState, "VMRunning", "Cannot start VM 'a': it is Running; Stopped is required.", "a", "Stop-VM a"));
        using var client = agent.Connect();
        var error = Assert.Throws<VirtException>(() => client.Invoke(Methods.StartVM, new StartVM()));
        Assert.Equal((ErrorCode.WrongState, "VMRunning", "a", "Stop-VM a"), (error.Code, error.Id, error.Target, error.RecommendedAction));
    }

    [Fact]
    public void Progress_reaches_the_observer_of_a_change()
    {
        // What cannot be sent at once is left out, so the work goes on until some of it has come.
        var seen = new TaskCompletionSource();
        var tries = 0;
        agent.On(Methods.StartVM, async (_, call) =>
        {
            call.WorksOn("web01");
            while (!seen.Task.IsCompleted && tries++ < 10_000)
            {
                call.Report("Starting VM 'web01'", "booting", 50);
                await Task.WhenAny(seen.Task, Task.Delay(1));
            }

            return new VM { Name = "web01" };
        });
        using var client = agent.Connect();
        var observer = new Observer { OnEachProgress = () => seen.TrySetResult() };
        Assert.Equal("web01", client.Invoke(Methods.StartVM, new StartVM(), observer: observer).Name);
        Assert.NotEmpty(observer.Progress);
        Assert.All(observer.Progress, p => Assert.Equal("Starting VM 'web01'", p.Activity));
    }

    [Fact]
    public void Cancelling_ends_the_call_with_what_the_agent_answers()
    {
        var entered = new TaskCompletionSource();
        agent.On(Methods.StartVM, async (_, call) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, call.Cancellation);
            return new VM();
        });
        using var client = agent.Connect();
        using var cancel = new CancellationTokenSource();
        entered.Task.ContinueWith(_ => cancel.Cancel(), TaskScheduler.Default);
        var error = Assert.Throws<VirtException>(() => client.Invoke(Methods.StartVM, new StartVM(), cancellation: cancel.Token));
        Assert.Equal(ErrorCode.Cancelled, error.Code);
        Assert.True(client.IsOpen);
        client.Invoke(Methods.Ping, new Nothing());
    }

    [Fact]
    public void WhatIf_reaches_the_handler_and_is_no_operation()
    {
        var whatIf = false;
        agent.On(Methods.RemoveVM, (_, call) =>
        {
            whatIf = call.WhatIf;
            return Task.FromResult(new VM());
        });
        using var client = agent.Connect();
        client.Invoke(Methods.RemoveVM, new RemoveVM(), new CallOptions { WhatIf = true });
        Assert.True(whatIf);
    }

    [Fact]
    public void Output_and_input_flow_in_both_directions_beyond_the_window()
    {
        agent.On(Methods.InvokeContainerCommand, async (_, call) =>
        {
            ReadOnlyMemory<byte> bytes;
            while ((bytes = await call.ReadInputAsync(call.Cancellation)).Length > 0)
            {
                await call.WriteOutputAsync(bytes, isError: false);
            }

            await call.WriteOutputAsync("done"u8.ToArray(), isError: true);
            return new CommandExit { ExitCode = 3 };
        });
        var input = new byte[(3 * WireLimits.StdinWindowBytes) + 17];
        new Random(1).NextBytes(input);
        using var client = agent.Connect();
        var observer = new Observer();
        var exit = client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { HasInput = true }, observer: observer, stdin: new MemoryStream(input));
        Assert.Equal(3, exit.ExitCode);
        Assert.Equal(input, observer.Output.ToArray());
        Assert.Equal("done", Encoding.UTF8.GetString(observer.Error.ToArray()));
    }

    [Fact]
    public void An_observer_may_call_the_agent_itself()
    {
        agent.On(Methods.GetContainerLog, async (_, call) =>
        {
            for (var i = 0; i < 20; i++)
            {
                await call.SendItemAsync(ContainerLogEntry.WireFormat, new ContainerLogEntry { Line = $"{i}" });
            }

            return new Nothing();
        });
        using var client = agent.Connect();
        var observer = new Observer { OnEachItem = () => client.Invoke(Methods.Ping, new Nothing()) };
        client.Invoke(Methods.GetContainerLog, new GetContainerLog(), observer: observer);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), observer.Lines);
    }

    [Fact]
    public async Task A_call_whose_observer_wants_no_more_is_cancelled_and_the_connection_stays()
    {
        var ended = new TaskCompletionSource();
        agent.On(Methods.GetContainerLog, async (_, call) =>
        {
            using var _1 = call.Cancellation.Register(ended.SetResult);
            await call.SendItemAsync(ContainerLogEntry.WireFormat, new ContainerLogEntry { Line = "first" });
            await Task.Delay(Timeout.Infinite, call.Cancellation);
            return new Nothing();
        });
        using var client = agent.Connect();
        var observer = new Observer { OnEachItem = () => throw new InvalidOperationException("enough") };
        Assert.Throws<InvalidOperationException>(() => client.Invoke(Methods.GetContainerLog, new GetContainerLog(), observer: observer));
        await Deadline.Await(ended.Task, "the agent's end of the call");
        client.Invoke(Methods.Ping, new Nothing());
        Assert.Equal(["first"], observer.Lines);
    }

    [Fact]
    public async Task A_detached_change_goes_on_without_its_client_and_its_result_can_be_fetched_later()
    {
        var go = new TaskCompletionSource();
        agent.On(Methods.StartVM, async (_, call) =>
        {
            call.WorksOn("web01");
            await go.Task;
            return new VM { Name = "web01" };
        });
        VirtOperation operation;
        using (var client = agent.Connect())
        {
            operation = client.Detach(Methods.StartVM, new StartVM());
            Assert.Equal(OperationState.Running, operation.State);
        }

        go.SetResult();
        using var later = agent.Connect();
        var ended = await Deadline.Await(Task.Run(() => later.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id })), "the operation's end");
        Assert.Equal(OperationState.Completed, ended.Operation.State);
        Assert.Equal("web01", ended.Operation.Target);
        Assert.Equal("tester", ended.Operation.StartedBy);
        var reader = new MessagePack.MessagePackReader(ended.Result);
        Assert.Equal("web01", VM.WireFormat.Read(ref reader).Name);
    }

    [Fact]
    public void A_detached_change_that_is_refused_at_once_keeps_its_reason()
    {
        agent.On(Methods.StartVM, (_, _) => throw new VirtException(ErrorCode.NotFound, "VMNotFound", "Cannot start VM 'nosuch': there is none.", "nosuch"));
        using var client = agent.Connect();
        var operation = client.Detach(Methods.StartVM, new StartVM { Name = "nosuch" });
        var ended = client.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id });
        Assert.Equal((OperationState.Failed, "VMNotFound"), (ended.Operation.State, ended.Error?.Id));
    }

    [Fact]
    public async Task A_change_outlives_a_client_that_leaves_and_a_query_does_not()
    {
        var changed = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var queryEnded = new TaskCompletionSource();
        agent.On(Methods.StartVM, async (_, call) =>
        {
            await go.Task;
            changed.SetResult();
            return new VM();
        });
        agent.On(Methods.WaitVM, async (_, call) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, call.Cancellation);
            }
            finally
            {
                queryEnded.SetResult();
            }

            return new VM();
        });
        var stream = agent.Open();
        var raw = new RawClient(stream);
        await raw.HelloAsync();
        await raw.SendAsync(1, Methods.StartVM, new StartVM());
        await raw.SendAsync(2, Methods.WaitVM, new WaitVM());
        stream.Dispose();
        await Deadline.Await(queryEnded.Task, "the query's end");
        go.SetResult();
        await Deadline.Await(changed.Task, "the change's end");
    }

    [Fact]
    public void A_connection_that_breaks_is_one_typed_error()
    {
        PairedStream? stream = null;
        agent.On(Methods.GetVirtHost, (_, _) =>
        {
            stream!.Dispose();
            return Task.FromResult(new VirtHost());
        });
        stream = agent.Open();
        using var client = VirtClient.Connect(stream, VirtEndpoint.Parse("unix:///test"), "tests/1");
        var error = Assert.Throws<VirtException>(() => client.Invoke(Methods.GetVirtHost, new GetVirtHost()));
        Assert.Equal("ConnectionLost", error.Id);
        Assert.False(client.IsOpen);
    }

    [Theory]
    [InlineData("unix:///run/virt/agent.sock", true)]
    [InlineData("npipe://./virt-agent", true)]
    [InlineData("ssh://web01", true)]
    [InlineData("ssh://admin@web01.example:2222/run/other.sock", true)]
    [InlineData("ssh://[::1]:22", true)]
    [InlineData("web01", true)]
    [InlineData("ssh://-oProxyCommand=x", false)]
    [InlineData("ssh://a b", false)]
    [InlineData("ssh://a;b", false)]
    [InlineData("ssh://web01/x;y", false)]
    [InlineData("ssh://web01:99999", false)]
    [InlineData("-x", false)]
    [InlineData("unix://relative", false)]
    [InlineData("npipe://virt-agent", false)]
    [InlineData("npipe://./a/b", false)]
    [InlineData("tcp://host:1", false)]
    [InlineData("", false)]
    public void Endpoints_are_read_or_refused_with_what_to_type_instead(string text, bool valid)
    {
        if (valid)
        {
            Assert.Equal(text, VirtEndpoint.Parse(text).Text);
            return;
        }

        var error = Assert.Throws<VirtException>(() => VirtEndpoint.Parse(text));
        Assert.Equal("BadEndpoint", error.Id);
        Assert.Contains(VirtEndpoint.Default, error.RecommendedAction);
    }

    private sealed class Observer : ICallObserver
    {
        public List<ProgressInfo> Progress { get; } = [];

        public MemoryStream Output { get; } = new();

        public MemoryStream Error { get; } = new();

        public List<string> Lines { get; } = [];

        public Action? OnEachProgress { get; init; }

        public Action? OnEachItem { get; init; }

        public void OnProgress(ProgressInfo progress)
        {
            Progress.Add(progress);
            OnEachProgress?.Invoke();
        }

        public void OnOutput(byte[] bytes, bool isError) => (isError ? Error : Output).Write(bytes);

        public void OnItem(Message message)
        {
            Lines.Add(MessageCodec.ReadValue(message, ContainerLogEntry.WireFormat.Read).Line);
            OnEachItem?.Invoke();
        }
    }
}
