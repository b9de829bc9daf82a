using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
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

    // What a guest writes again is to be sent again: the bar stands still meanwhile, and does not go back.
    private int highest;

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

    /// <summary>What goes along beside the disks themselves.</summary>
    public IReadOnlyList<MoveFile> Files => MoveFiles.Sent(Compared.Machine, Move.AreDisksShared);

    /// <summary>How long those are.</summary>
    public long FileBytes => Files.Sum(static file => file.LengthBytes);

    /// <summary>What was sent of them.</summary>
    public long FileBytesSent { get; set; }

    /// <summary>The disks travel.</summary>
    public bool CopiesDisks => Compared.Plan.Disks is [{ IsShared: false }, ..];

    /// <summary>When the guest was stopped for the switch-over; null before, and where it does not run.</summary>
    public DateTimeOffset? StopTime { get; set; }

    /// <summary>What has been done of it, with the time from its beginning at which it was done, for the log.</summary>
    public MoveClock Clock { get; } = new();

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

    /// <summary>How fast bytes go to the destination in the present phase.</summary>
    public TransferRate Sent { get; private set; } = new(TimeProvider.System);

    /// <summary>How fast the present phase comes to its end, holes and all.</summary>
    public TransferRate Done { get; private set; } = new(TimeProvider.System);

    /// <summary>When the present phase began.</summary>
    public DateTimeOffset PhaseTime { get; private set; }

    /// <summary>A phase begins, whose rates have nothing to do with those of the last one.</summary>
    /// <param name="sent">Bytes that count as sent already.</param>
    /// <param name="done">How far it counts as already.</param>
    public void BeginPhase(long sent = 0, long done = 0) => (Sent, Done, PhaseTime) = (new TransferRate(TimeProvider.System, sent), new TransferRate(TimeProvider.System, done), DateTimeOffset.UtcNow);

    /// <summary>Tells the user.</summary>
    public void Report(string status, int? percent = null, TimeSpan? left = null, long? bytesPerSecond = null, long? dirtyBytesPerSecond = null) => Call.Report(new ProgressInfo
    {
        Activity = $"Moving VM '{Entry.Name}' to host '{Move.PeerName}'",
        Status = status,
        PercentComplete = percent is { } now ? (highest = Math.Max(highest, now)) : null,
        TimeLeft = left,
        BytesPerSecond = bytesPerSecond,
        DirtyBytesPerSecond = dirtyBytesPerSecond,
    });

    /// <summary>Tells the user how much of the disks, and of what goes along with them, is copied.</summary>
    /// <param name="sent">Bytes that have gone to the destination.</param>
    /// <param name="done">How far the copy is, of <paramref name="all"/>.</param>
    /// <param name="all">The length of the disks.</param>
    /// <param name="share">How much of the bar the disks have, in percent.</param>
    /// <param name="after">Bytes that are to be sent after them.</param>
    /// <param name="what">What is being copied; null: the disks.</param>
    public void ReportDisk(long sent, long done, long all, int share, long after, string? what = null)
    {
        Sent.Note(sent);
        Done.Note(done);
        Report(
            string.Create(CultureInfo.InvariantCulture, $"copying {what ?? (Compared.Plan.Disks.Length == 1 ? "the disk" : "the disks")}, {sent >> 20} MB sent"),
            all == 0 ? share : (int)Math.Min(share, done * share / all),
            Done.TimeFor(Math.Max(0, all - done) + after),
            Sent.BytesPerSecond);
    }

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
