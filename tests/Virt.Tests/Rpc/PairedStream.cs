using System;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace Virt.Tests.Rpc;

/// <summary>One end of an in-memory connection: what is written at one end is read at the other, with a bound as a socket's buffer has.</summary>
internal sealed class PairedStream : Stream
{
    private readonly Channel<byte[]> incoming;
    private readonly Channel<byte[]> outgoing;
    private ReadOnlyMemory<byte> current;

    private PairedStream(Channel<byte[]> incoming, Channel<byte[]> outgoing)
    {
        this.incoming = incoming;
        this.outgoing = outgoing;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static (PairedStream Client, PairedStream Agent) Make(int writesInFlight = 16)
    {
        var a = Channel.CreateBounded<byte[]>(writesInFlight);
        var b = Channel.CreateBounded<byte[]>(writesInFlight);
        return (new PairedStream(a, b), new PairedStream(b, a));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (current.Length == 0)
        {
            try
            {
                current = await incoming.Reader.ReadAsync(cancellationToken);
            }
            catch (ChannelClosedException)
            {
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, current.Length);
        current[..count].CopyTo(buffer);
        current = current[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await outgoing.Writer.WriteAsync(buffer.ToArray(), cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new IOException("The other end is closed.", e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        outgoing.Writer.TryComplete();
        incoming.Writer.TryComplete();
        base.Dispose(disposing);
    }
}
