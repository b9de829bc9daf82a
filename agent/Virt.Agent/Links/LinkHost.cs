using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace Virt.Agent.Links;

/// <summary>
/// The host's end of a link into a guest (docs/adr/0032): begins sessions and opens streams. What comes from the guest is not trusted: it can open nothing, and have no more kept for it than a window for each stream that was opened here.
/// </summary>
internal sealed class LinkHost : IAsyncDisposable
{
    private static readonly TimeSpan HelloPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan OpenPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(32);

    private readonly Func<Stream> open;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ending = new();
    private readonly Channel<bool> nudges = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock gate = new();
    private readonly Task running;
    private TaskCompletionSource<LinkSession> begun = NewBegun();
    private LinkSession? session;
    private ulong own;

    /// <summary>Begins at once.</summary>
    /// <param name="open">Connects to the port.</param>
    /// <param name="time">The clock.</param>
    public LinkHost(Func<Stream> open, TimeProvider time)
    {
        this.open = open;
        this.time = time;
        running = Task.Run(RunAsync);
    }

    /// <summary>Opens a stream, as soon as the guest takes part. One that the guest has not taken is nobody's: whoever listened there may be gone, and nothing says so before the next is there.</summary>
    /// <param name="user">Who it is for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LinkException">There are as many streams as there may be.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended, or the link is.</exception>
    public async Task<LinkStream> OpenAsync(string user, CancellationToken cancellation)
    {
        for (var patience = FirstPatience; ; patience = Longer(patience))
        {
            Task<LinkSession> awaited;
            lock (gate)
            {
                awaited = begun.Task;
            }

            var present = await awaited.WaitAsync(cancellation).ConfigureAwait(false);
            if (!present.TryOpen(user, out var stream))
            {
                throw new LinkException(FormattableString.Invariant($"There are {LinkSession.MostStreams} streams already."));
            }

            if (stream is not null && await IsTakenAsync(stream, patience, cancellation).ConfigureAwait(false))
            {
                return stream;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        lock (gate)
        {
            begun.TrySetCanceled();
        }
    }

    private static TimeSpan Longer(TimeSpan patience) => patience < LastPatience ? patience * 2 : LastPatience;

    // Where the guest's word got lost nothing more would come: asking once more shows that it is missing, and begins anew.
    private async Task<bool> IsTakenAsync(LinkStream stream, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await stream.IsTaken.WaitAsync(patience, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            return false;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static TaskCompletionSource<LinkSession> NewBegun() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        var patience = FirstPatience;
        while (!ending.IsCancellationRequested)
        {
            var hasAnswered = await ConnectAsync(patience).ConfigureAwait(false);

            // QEMU passes on nothing more of what a guest says where the other end hung up while it was speaking, until it hangs up once more (see QgaClient); ever more rarely, because a guest may be slow.
            patience = hasAnswered ? FirstPatience : Longer(patience);
            await Task.Delay(OpenPause, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Until the connection ends. True: the guest has taken part.
    private async Task<bool> ConnectAsync(TimeSpan patience)
    {
        var hasAnswered = false;
        using var silence = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, ending.Token);
        try
        {
            await using var stream = open();
            var writer = new LinkWriter(stream);
            own = LinkHello.NewNumber();
            var greeting = GreetAsync(writer, either.Token);
            try
            {
                var reader = new LinkReader();
                var buffer = new byte[LinkCodec.MostBytes];
                int count;
                while ((count = await stream.ReadAsync(buffer, either.Token).ConfigureAwait(false)) > 0)
                {
                    reader.Feed(buffer.AsSpan(0, count), frame => OnFrame(frame, writer));
                    if (!hasAnswered && session is not null)
                    {
                        hasAnswered = true;
                        silence.CancelAfter(Timeout.InfiniteTimeSpan);
                    }
                }
            }
            finally
            {
                await either.CancelAsync().ConfigureAwait(false);
                await stream.DisposeAsync().ConfigureAwait(false);
                await greeting.ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or LinkException)
        {
            // The guest, QEMU or its patience: it is begun anew.
        }
        finally
        {
            Forget();
        }

        return hasAnswered;
    }

    // Says hello until there is a session, and again when there is none any more.
    private async Task GreetAsync(LinkWriter writer, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var isMissing = session is null;
                if (isMissing)
                {
                    await writer.SendAsync(LinkFrameKind.Hello, 0, 0, LinkHello.Write(own), cancellation).ConfigureAwait(false);
                }

                using var pause = new CancellationTokenSource(isMissing ? HelloPause : Timeout.InfiniteTimeSpan, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellation);
                try
                {
                    await nudges.Reader.ReadAsync(either.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Whoever reads has noticed it too.
        }
    }

    private void OnFrame(LinkFrame frame, LinkWriter writer)
    {
        if (frame.Session == 0 && frame.Kind == LinkFrameKind.Ready)
        {
            if (session is not null)
            {
                // Somebody else listens there now.
                Forget();
                own = LinkHello.NewNumber();
            }

            nudges.Writer.TryWrite(true);
        }
        else if (frame is { Session: 0, Kind: LinkFrameKind.Welcome })
        {
            Begin(frame, writer);
        }
        else if (session is not null && frame.Session == own)
        {
            session.Receive(frame);
        }
    }

    // What answers to another hello than the last one, or comes again, says nothing new. Everything else that is of no session was for somebody who was here before.
    private void Begin(LinkFrame frame, LinkWriter writer)
    {
        if (LinkHello.Read(frame.Payload) is not { } hello || hello.Other != own || hello.Number == session?.Other)
        {
            return;
        }

        if (session is not null)
        {
            throw new LinkException("It has begun twice.");
        }

        writer.Begin(hello.Number);
        lock (gate)
        {
            session = new LinkSession(writer, hello.Number, accept: null);
            begun.TrySetResult(session);
        }
    }

    private void Forget()
    {
        LinkSession? over;
        lock (gate)
        {
            (over, session) = (session, null);
            if (over is not null)
            {
                begun = NewBegun();
            }
        }

        over?.End();
    }
}
