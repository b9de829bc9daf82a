using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Hosts;
using Virt.Agent.Images;
using Virt.Agent.Operations;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>
/// Moves virtual machines between this host and its peers, with a hand-over in two phases: whatever ends, breaks or is cut, a machine belongs to exactly one
/// host afterwards (docs/adr/0008). The source coordinates.
/// </summary>
public sealed partial class MoveService : IAsyncDisposable
{
    private readonly VmService vms;
    private readonly PeerService peers;
    private readonly OperationService operations;
    private readonly ImageCatalog images;
    private readonly QemuVersion qemu;
    private readonly TimeProvider time;
    private readonly ImageHash hashes = new();
    private readonly AwaitedStreams streams = new();
    private readonly ConcurrentDictionary<Guid, IncomingMove> incoming = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Makes the service; <see cref="RecoverAsync"/> must follow before any request.</summary>
    public MoveService(VmService vms, PeerService peers, OperationService operations, ImageCatalog images, QemuVersion qemu, TimeProvider time)
    {
        this.vms = vms;
        this.peers = peers;
        this.operations = operations;
        this.images = images;
        this.qemu = qemu;
        this.time = time;
    }

    /// <summary>Says whether a machine is being patched, by its id.</summary>
    public Func<Guid, bool> IsPatched { get; set; } = static _ => false;

    /// <summary>Takes a stream that a peer has opened.</summary>
    /// <returns>False where no move awaits it.</returns>
    public Task<bool> BringStreamAsync(VirtPeer peer, PeerStream stream, CancellationToken cancellation) => streams.BringAsync(peer.Fingerprint, stream, cancellation);

    /// <summary>Leaves the moves as they are: what is written down says how they go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private static MoveCall NameOf(VmEntry entry, VmMove move) => new() { MoveId = move.Id, VMId = entry.Id };
}
