using Virt.Agent.Fleet;
using Virt.Agent.Hosts;
using Virt.Agent.Operations;
using Virt.Protocol;

namespace Virt.Agent.Rpc;

/// <summary>The whole API, one line a method.</summary>
public static class Routes
{
    /// <summary>Gives every method its handler.</summary>
    public static Router Map(HostService hosts, OperationService operations, PeerService peers)
    {
        var router = new Router(operations);
        router.Add(Methods.Hello, hosts.HelloAsync);
        router.Add(Methods.Ping, hosts.PingAsync);
        router.Add(Methods.GetVirtHost, hosts.GetAsync);
        router.Add(Methods.TestVirtHost, hosts.TestAsync);
        router.Add(Methods.GetVirtOperation, operations.GetAsync);
        router.Add(Methods.StopVirtOperation, operations.StopAsync);
        router.Add(Methods.WaitVirtOperation, operations.WaitAsync);
        router.Add(Methods.NewVirtPeerCode, peers.NewCodeAsync);
        router.Add(Methods.AddVirtPeer, peers.AddAsync);
        router.Add(Methods.GetVirtPeer, peers.GetAsync);
        router.Add(Methods.RemoveVirtPeer, peers.RemoveAsync);
        return router;
    }
}
