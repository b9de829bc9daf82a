using System;
using System.Collections.Concurrent;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Fleet;

/// <summary>Calls another agent's methods, many at once, and notices when the connection is lost.</summary>
internal sealed class PeerClient : IAsyncDisposable
{
    private readonly PeerStream stream;
    private readonly string peer;
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<Message>> waiting = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly CancellationTokenSource closing = new();
    private Task reading = Task.CompletedTask;
    private volatile Exception? lost;
    private volatile bool isOwed;
    private uint lastId;

    private PeerClient(PeerStream stream, string peer)
    {
        this.stream = stream;
        this.peer = peer;
    }

    /// <summary>Connects to a peer and says hello.</summary>
    /// <exception cref="VirtException">See <see cref="PeerService.ConnectAsync"/>.</exception>
    public static async Task<PeerClient> ConnectAsync(PeerService peers, VirtPeer peer, CancellationToken cancellation)
    {
        var client = new PeerClient(await peers.ConnectAsync(peer, PeerChannel.MessageProtocol, cancellation).ConfigureAwait(false), peer.Name);
        client.reading = Task.Run(client.ReadAllAsync, CancellationToken.None);
        try
        {
            await client.InvokeAsync(Methods.Hello, new Hello { ProtocolVersion = ProtocolVersion.Newest, ClientName = $"virt-agent/{peers.HostName}" }, cancellation).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Calls a method. Cancelling ends the wait alone; the peer's queries end with the connection.</summary>
    /// <exception cref="VirtException">What the peer answered; Unavailable where the connection is lost.</exception>
    public async Task<TResult> InvokeAsync<TRequest, TResult>(Method<TRequest, TResult> method, TRequest request, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref lastId);
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        var isAnswered = false;
        try
        {
            // After the entry: whoever notices the loss fails all entries, so one of the two sees the other.
            if (lost is { } cause)
            {
                throw Lost(cause);
            }

            await SendAsync(buffer => MessageCodec.WriteRequest(buffer, id, method.Name, method.Request, request), cancellation).ConfigureAwait(false);
            var message = await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
            isAnswered = true;
            return message.Error is { } error ? throw new VirtException(error) : MessageCodec.ReadResult(message, method.Result);
        }
        finally
        {
            isOwed |= !isAnswered;
            waiting.TryRemove(id, out _);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (isOwed || !waiting.IsEmpty)
        {
            // Who has given up a request goes by its not being done.
            stream.DropUnsent();
        }

        await closing.CancelAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        closing.Dispose();
    }

    private async Task SendAsync(Action<ByteBuffer> write, CancellationToken cancellation)
    {
        var buffer = new ByteBuffer();
        write(buffer);
        await sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Not cancelled half way: half a message would spoil all that follow.
            await stream.WriteAsync(buffer.Written, closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            throw Lost(e);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task ReadAllAsync()
    {
        Exception cause = new EndOfStreamException("The peer has hung up.");
        try
        {
            var scanner = new MessageScanner();
            var message = new ByteBuffer();
            var buffer = new byte[64 << 10];
            int read;
            while ((read = await stream.ReadAsync(buffer, closing.Token).ConfigureAwait(false)) > 0)
            {
                Take(scanner, message, buffer.AsSpan(0, read));
            }
        }
        catch (Exception e)
        {
            // Whatever it was, what comes next cannot be trusted.
            cause = e;
        }

        lost = cause;
        foreach (var (_, answer) in waiting)
        {
            answer.TrySetException(Lost(cause));
        }
    }

    private void Take(MessageScanner scanner, ByteBuffer whole, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var isWhole = scanner.Feed(bytes, out var consumed);
            bytes[..consumed].CopyTo(whole.GetSpan(consumed));
            whole.Advance(consumed);
            bytes = bytes[consumed..];
            if (!isWhole)
            {
                continue;
            }

            var message = MessageCodec.Read(whole.Written.AsSpan().ToArray());
            whole.Clear();
            if (message.Kind == MessageKind.Response && waiting.TryGetValue(message.Id, out var answer))
            {
                answer.TrySetResult(message);
            }
        }
    }

    private VirtException Lost(Exception cause) =>
        new(ErrorCode.Unavailable, "PeerLost", $"Cannot go on with peer '{peer}': the connection to it is lost ({cause.Message.TrimEnd('.')}).", peer, "Get-VirtPeer", cause);
}
