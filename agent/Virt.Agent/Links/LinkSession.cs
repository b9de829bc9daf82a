using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Links;

/// <summary>The streams of a link from one handshake to the next. What comes is given to it in its order, and it never waits.</summary>
/// <param name="writer">Sends frames.</param>
/// <param name="other">The other side's number of the session, which stands in what is sent.</param>
/// <param name="accept">Takes a stream that the other side opens, and who it is for; must not wait. Null: it may open none.</param>
internal sealed class LinkSession(LinkWriter writer, ulong other, Action<LinkStream, string>? accept)
{
    /// <summary>How many streams there are at most.</summary>
    public const int MostStreams = 64;

    /// <summary>How long the name of who a stream is for may be, in bytes.</summary>
    public const int MostName = 64;

    private readonly Dictionary<uint, LinkStream> streams = [];
    private readonly Lock gate = new();
    private uint lastId;
    private uint lastSequence;
    private bool isOver;

    /// <summary>The other side's number of the session.</summary>
    public ulong Other => other;

    /// <summary>Opens a stream.</summary>
    /// <param name="user">Who it is for.</param>
    /// <param name="stream">The stream; null: the session is over.</param>
    /// <returns>False: there are as many as there may be.</returns>
    public bool TryOpen(string user, out LinkStream? stream)
    {
        lock (gate)
        {
            stream = null;
            if (isOver)
            {
                return true;
            }

            if (streams.Count >= MostStreams)
            {
                return false;
            }

            stream = new LinkStream(this, ++lastId);
            streams.Add(stream.Id, stream);
        }

        var name = Encoding.UTF8.GetBytes(user);
        writer.Post(LinkFrameKind.Open, other, stream.Id, name.AsMemory(0, Math.Min(name.Length, MostName)));
        return true;
    }

    /// <summary>Takes a frame of this session.</summary>
    /// <exception cref="LinkException">The other side does not keep to the rules, or a frame is missing.</exception>
    public void Receive(LinkFrame frame)
    {
        if (frame.Sequence != ++lastSequence)
        {
            throw new LinkException($"Frame {lastSequence} is missing.");
        }

        switch (frame.Kind)
        {
            case LinkFrameKind.Open:
                Accept(frame);
                break;
            case LinkFrameKind.Data:
                Find(frame.Stream)?.Arrive(frame.Payload);
                break;
            case LinkFrameKind.Taken when frame.Payload.Length == sizeof(uint):
                Find(frame.Stream)?.Grant(BinaryPrimitives.ReadUInt32LittleEndian(frame.Payload));
                break;
            case LinkFrameKind.Close:
                Take(frame.Stream)?.End();
                break;
            default:
                throw new LinkException($"Nobody knows what {frame.Kind} is to say.");
        }
    }

    /// <summary>All its streams are over.</summary>
    public void End()
    {
        LinkStream[] ending;
        lock (gate)
        {
            isOver = true;
            ending = [.. streams.Values];
            streams.Clear();
        }

        Array.ForEach(ending, static stream => stream.End());
    }

    /// <summary>Sends bytes of a stream.</summary>
    /// <exception cref="IOException">The link has ended.</exception>
    public async ValueTask SendAsync(LinkStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await writer.SendAsync(LinkFrameKind.Data, other, stream.Id, bytes, cancellation).ConfigureAwait(false);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("The link has ended.", e);
        }
    }

    /// <summary>Tells the other side how much of a stream was taken.</summary>
    public void Tell(LinkStream stream, uint bytes)
    {
        var payload = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, bytes);
        writer.Post(LinkFrameKind.Taken, other, stream.Id, payload);
    }

    /// <summary>Ends a stream on this side.</summary>
    public void Close(LinkStream stream)
    {
        if (Take(stream.Id) is not null)
        {
            stream.End();
            writer.Post(LinkFrameKind.Close, other, stream.Id, default);
        }
    }

    private void Accept(LinkFrame frame)
    {
        if (accept is null || frame.Payload.Length > MostName)
        {
            throw new LinkException("The other side may open no stream.");
        }

        var stream = new LinkStream(this, frame.Stream);
        lock (gate)
        {
            if (streams.Count >= MostStreams || !streams.TryAdd(stream.Id, stream))
            {
                throw new LinkException("A stream was opened twice, or one too many.");
            }
        }

        Tell(stream, 0);
        accept(stream, Encoding.UTF8.GetString(frame.Payload));
    }

    private LinkStream? Find(uint id)
    {
        lock (gate)
        {
            return streams.GetValueOrDefault(id);
        }
    }

    private LinkStream? Take(uint id)
    {
        lock (gate)
        {
            return streams.Remove(id, out var stream) ? stream : null;
        }
    }
}
