using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>The bytes to and from a guest agent: opened when they are needed, and again after a hanging up. Reads and writes are the caller's to order.</summary>
/// <param name="open">Connects to the port's socket.</param>
internal sealed class QgaChannel(Func<Stream> open) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private (Stream Stream, LineReader Lines)? current;
    private bool isDisposed;

    /// <summary>Sends bytes.</summary>
    /// <exception cref="IOException">QEMU is gone.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await Open().Stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            throw new IOException("The guest agent's channel is closed.", e);
        }
    }

    /// <summary>The next line of what the guest says, valid until the next call.</summary>
    /// <exception cref="IOException">QEMU is gone, or the line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await Open().Lines.ReadAsync(cancellation).ConfigureAwait(false) ?? throw new EndOfStreamException("QEMU closed the guest agent's channel.");
        }
        catch (Exception e) when (e is InvalidDataException or ObjectDisposedException or SocketException)
        {
            throw new IOException("The guest agent's channel is closed: " + e.Message, e);
        }
    }

    /// <summary>Closes it until it is needed again.</summary>
    public ValueTask HangUpAsync()
    {
        lock (gate)
        {
            var closing = current;
            current = null;
            return closing?.Stream.DisposeAsync() ?? default;
        }
    }

    /// <summary>Closes it for good.</summary>
    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isDisposed = true;
        }

        return HangUpAsync();
    }

    private (Stream Stream, LineReader Lines) Open()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (current is { } opened)
            {
                return opened;
            }

            var stream = open();
            current = (stream, new LineReader(stream));
            return current.Value;
        }
    }
}
