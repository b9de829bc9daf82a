using System;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>A plan with what it was made from, and the connection to the destination; null where that cannot be reached, which is one of the plan's problems then.</summary>
internal sealed record ComparedMove(VMMovePlan Plan, CheckMove Machine, VirtPeer Peer, PeerClient? Client) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Client?.DisposeAsync() ?? default;
}
