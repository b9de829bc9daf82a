using System;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>A move at its source while it runs. Its token ends with the caller's, and when the destination gives up or is lost.</summary>
internal sealed class OutgoingMove : IAsyncDisposable
{
    private readonly CancellationTokenSource going;

    public OutgoingMove(VmEntry entry, VmMove move, ComparedMove compared, VMMove result, Call call)
    {
        (Entry, Move, Compared, Result, Call) = (entry, move, compared, result, call);
        going = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
    }

    public VmEntry Entry { get; }

    public VmMove Move { get; }

    public ComparedMove Compared { get; }

    public VMMove Result { get; }

    public Call Call { get; }

    public PeerClient Client => Compared.Client!;

    public MoveCall Name => new() { MoveId = Move.Id, VMId = Entry.Id };

    /// <summary>The disk travels.</summary>
    public bool CopiesDisk => Compared.Plan.Disks is [{ IsShared: false }];

    /// <summary>When the guest was stopped for the switch-over; null before, and where it does not run.</summary>
    public DateTimeOffset? StopTime { get; set; }

    public CancellationToken Going => going.Token;

    /// <summary>Ends when the destination has given up, with its reason, or is lost.</summary>
    public Task Watching { get; private set; } = Task.CompletedTask;

    /// <summary>Makes the offer. From here on both sides notice when the other is gone.</summary>
    public Task<MoveAnswer> Offer(OfferMove offer)
    {
        var answer = Client.InvokeAsync(Methods.OfferMove, offer, Going);
        Watching = WatchAsync();
        return answer;
    }

    /// <summary>Tells the user.</summary>
    public void Report(string status, int? percent = null, TimeSpan? left = null, long? bytesPerSecond = null) =>
        Call.Report($"Moving VM '{Entry.Name}' to host '{Move.PeerName}'", status, percent, left, bytesPerSecond);

    public async ValueTask DisposeAsync()
    {
        await going.CancelAsync().ConfigureAwait(false);
        try
        {
            await Watching.ConfigureAwait(false);
        }
        catch (Exception e) when (e is VirtException or OperationCanceledException)
        {
            // Said already, or nobody asks any more.
        }

        going.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            await Client.InvokeAsync(Methods.WatchMove, Name, Going).ConfigureAwait(false);
        }
        finally
        {
            await going.CancelAsync().ConfigureAwait(false);
        }
    }
}
