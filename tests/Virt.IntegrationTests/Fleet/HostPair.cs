using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.IntegrationTests.Fleet;

/// <summary>Two hosts, each with a network of its own, joined by a cable, whose agents are peers.</summary>
internal sealed class HostPair : IAsyncDisposable
{
    private readonly string[] options;

    private HostPair(TestHost a, TestHost b, string[] options) => (A, B, this.options) = (a, b, options);

    public TestHost A { get; }

    public TestHost B { get; }

    /// <param name="options">Further ones of both agents.</param>
    public static async Task<HostPair> StartAsync(params string[] options)
    {
        // One after the other, and the last is disposed of first: each looks for what has come since it was made.
        var a = await TestHost.StartAsync();
        var b = await TestHost.MakeAsync();
        var pair = new HostPair(a, b, options);
        await a.JoinAsync(b, "10.99.0.1", "10.99.0.2");
        await pair.RestartAsync(a);
        await pair.StartAgentAsync(b);

        // Neither reaches what the other keeps for itself.
        await a.RunAsync("mount", "-t", "tmpfs", "none", b.StateFolder);
        await b.RunAsync("mount", "-t", "tmpfs", "none", a.StateFolder);
        var code = b.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        a.Invoke(Methods.AddVirtPeer, new AddVirtPeer { Address = code.Address, Code = code.Code });
        return pair;
    }

    public TestHost Other(TestHost host) => host == A ? B : A;

    public Task StartAgentAsync(TestHost host) => host == A
        ? host.StartAgentAsync(["--name", "a", "--peer-listen", "10.99.0.1:7711", .. options])
        : host.StartAgentAsync(["--name", "b", "--peer-listen", "10.99.0.2:7711", .. options]);

    /// <summary>Kills an agent and starts it anew.</summary>
    public async Task RestartAsync(TestHost host)
    {
        await host.KillAgentAsync();
        await StartAgentAsync(host);
    }

    /// <summary>A folder that both hosts see at the same path.</summary>
    public string SharedFolder()
    {
        var folder = Path.Combine(A.Folder, "shared");
        Directory.CreateDirectory(folder);
        return folder;
    }

    public static VMMove Move(TestHost from, string name, string to, bool includeStorage = false, ICallObserver? observer = null) =>
        from.Invoke(Methods.MoveVM, new MoveVM { Name = name, DestinationHost = to, IncludeStorage = includeStorage }, observer);

    public async ValueTask DisposeAsync()
    {
        await B.DisposeAsync();
        await A.DisposeAsync();
    }

    /// <summary>The hosts that have a machine of this name, with its state.</summary>
    public (string Host, VMState State)[] Where(string name) =>
    [
        .. new[] { (Name: "a", Host: A), (Name: "b", Host: B) }
            .SelectMany(one => one.Host.Invoke(Methods.GetVM, new GetVM()).Items.Where(vm => vm.Name == name).Select(vm => (one.Name, vm.State))),
    ];
}
