using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Operations;
using Virt.Agent.Rpc;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Tests.Rpc;

/// <summary>The agent's own connections, router and operations, with handlers that a test gives, over in-memory streams.</summary>
internal sealed class TestAgent : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-rpc-").FullName;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<Task> serving = [];

    public TestAgent()
    {
        State = new StateStore(Path.Combine(folder, "virt.db"));
        Operations = new OperationService(State.Operations, TimeProvider.System);
        Router = new Router(Operations);
        On(Methods.Hello, (request, _) => Task.FromResult(new HelloReply { ProtocolVersion = 1, AgentVersion = "9.9.9", HostName = "test" }));
        On(Methods.Ping, (request, _) => Task.FromResult(request));
        On(Methods.GetVirtOperation, Operations.GetAsync);
        On(Methods.StopVirtOperation, Operations.StopAsync);
        On(Methods.WaitVirtOperation, Operations.WaitAsync);
    }

    public StateStore State { get; }

    public OperationService Operations { get; }

    public Router Router { get; }

    public void On<TRequest, TResult>(Method<TRequest, TResult> method, Func<TRequest, Call, Task<TResult>> handler) => Router.Add(method, handler);

    /// <summary>A connection that has not said hello: for tests of raw bytes.</summary>
    public PairedStream Open(int writesInFlight = 16)
    {
        var (client, agent) = PairedStream.Make(writesInFlight);
        serving.Add(new Connection(agent, Router, "tester").ServeAsync(stopping.Token));
        return client;
    }

    public VirtClient Connect() => VirtClient.Connect(Open(), VirtEndpoint.Parse("unix:///test"), "tests/1");

    public void Dispose()
    {
        stopping.Cancel();
        Task.WhenAll(serving).GetAwaiter().GetResult();
        State.Dispose();
        Directory.Delete(folder, recursive: true);
        stopping.Dispose();
    }
}
