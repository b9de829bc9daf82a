using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Links;

/// <summary>Writes frames, one after the other, in the order in which they were asked for.</summary>
/// <param name="stream">Where to; the caller's.</param>
internal sealed class LinkWriter(Stream stream)
{
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly byte[] plain = new byte[LinkCodec.MostBytes];
    private readonly byte[] bytes = new byte[LinkCodec.MostBytes];
    private ulong current;
    private uint sequence;

    /// <summary>From now on frames of this session are sent, and none of another.</summary>
    /// <param name="session">The receiver's number of it; 0: there is none.</param>
    public void Begin(ulong session)
    {
        lock (plain)
        {
            (current, sequence) = (session, 0);
        }
    }

    /// <summary>Sends a frame. One of a session that is over is left away.</summary>
    /// <param name="kind">What it says.</param>
    /// <param name="session">The receiver's number of the session; 0: it belongs to none.</param>
    /// <param name="id">The stream that it is about.</param>
    /// <param name="payload">The rest.</param>
    /// <param name="cancellation">Ends the wait for its turn; half a frame is never sent.</param>
    /// <exception cref="IOException">The other end is gone.</exception>
    /// <exception cref="ObjectDisposedException">This one is.</exception>
    public async ValueTask SendAsync(LinkFrameKind kind, ulong session, uint id, ReadOnlyMemory<byte> payload, CancellationToken cancellation = default)
    {
        await one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (Next(session) is { } place)
            {
                var count = LinkCodec.Write(new LinkFrame(kind, session, place, id, payload.Span), plain, bytes);
                await stream.WriteAsync(bytes.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Sends a frame for nobody who waits: whoever reads notices where the link has ended.</summary>
    public async void Post(LinkFrameKind kind, ulong session, uint id, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await SendAsync(kind, session, id, payload).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The reading side ends the session.
        }
    }

    private uint? Next(ulong session)
    {
        lock (plain)
        {
            return session == 0 ? 0 : session == current ? ++sequence : null;
        }
    }
}
