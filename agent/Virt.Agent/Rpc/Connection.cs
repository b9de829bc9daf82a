using System;
using System.Collections.Concurrent;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Rpc;

/// <summary>One client: reads its messages, hands its requests to their routes, and sends what belongs to them. Knows no method but hello.</summary>
public sealed class Connection : IAsyncDisposable
{
    private const int FirstBufferBytes = 4096;

    private readonly Stream stream;
    private readonly Router router;
    private readonly ConcurrentDictionary<uint, RunningCall> calls = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly MessageScanner scanner = new();
    private bool greeted;
    private volatile Stream? next;
    private bool isOver;

    /// <summary>Takes a stream that somebody has connected.</summary>
    public Connection(Stream stream, Router router, string user)
    {
        this.stream = stream;
        this.router = router;
        User = user;
    }

    /// <summary>Who is at the other end: a user's name, or a uid as digits.</summary>
    public string User { get; }

    /// <summary>Serves the client until it leaves, breaks the protocol, or the agent stops.</summary>
    public async Task ServeAsync(CancellationToken stopping)
    {
        try
        {
            await ReadAsync(stopping).ConfigureAwait(false);
        }
        catch (WireException e)
        {
            await CloseAsync(new ErrorInfo { Code = ErrorCode.InvalidArgument, Id = "MalformedMessage", Message = $"The connection ends: {e.Message}" }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client has left, or the agent stops. Either way there is nobody to tell.
        }
        finally
        {
            foreach (var call in calls.Values)
            {
                call.Leave();
            }

            await stream.DisposeAsync().ConfigureAwait(false);
            lock (calls)
            {
                isOver = true;
                next?.Dispose();
            }
        }
    }

    /// <summary>Makes this, once the call that is being handled is answered, a connection to somebody else. Until then the client sends nothing but a cancel.</summary>
    /// <param name="other">The bytes to and from him; this connection's from now on.</param>
    public void HandOver(Stream other)
    {
        lock (calls)
        {
            next = other;
            if (isOver)
            {
                // The client has left while he was waited for.
                other.Dispose();
            }
        }
    }

    /// <summary>Sends one message; waits while the client is slow. A client that has left is no error.</summary>
    public async ValueTask SendAsync(Action<ByteBuffer> write, CancellationToken cancellation = default)
    {
        var buffer = new ByteBuffer();
        write(buffer);
        if (buffer.Length > WireLimits.MaxMessageBytes)
        {
            throw new VirtException(ErrorCode.ResourceExhausted, "ReplyTooLarge", $"Cannot send a reply of {buffer.Length} bytes: {WireLimits.MaxMessageBytes} at most are allowed.", action: "Ask for fewer objects by name.");
        }

        await sending.WaitAsync(cancellation).ConfigureAwait(false);
        await WriteAndReleaseAsync(buffer).ConfigureAwait(false);
    }

    /// <summary>Sends one message if nothing else is being sent, else drops it. Never waits.</summary>
    public void TrySend(Action<ByteBuffer> write)
    {
        if (sending.Wait(0))
        {
            var buffer = new ByteBuffer();
            write(buffer);
            _ = WriteAndReleaseAsync(buffer).AsTask();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        sending.Dispose();
    }

    private async ValueTask WriteAndReleaseAsync(ByteBuffer buffer)
    {
        try
        {
            // Not cancellable: half a message would end the connection for all its calls.
            await stream.WriteAsync(buffer.Written, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client has left; the reading side notices and ends what must end.
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task ReadAsync(CancellationToken stopping)
    {
        var buffer = new byte[FirstBufferBytes];
        int start = 0, scanned = 0, end = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), stopping).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            end += read;
            if (next is { } other)
            {
                await PassOnAsync(buffer.AsMemory(start, end - start), other, stopping).ConfigureAwait(false);
                return;
            }

            while (scanned < end)
            {
                var whole = scanner.Feed(buffer.AsSpan(scanned, end - scanned), out var consumed);
                scanned += consumed;
                if (whole)
                {
                    // The message owns its bytes: its call may outlive the next read.
                    Dispatch(MessageCodec.Read(buffer.AsSpan(start, scanned - start).ToArray()));
                    start = scanned;
                }
            }

            (buffer, end) = MakeRoom(buffer, start, end);
            scanned = end;
            start = 0;
        }
    }

    // Until either side ends.
    private async Task PassOnAsync(ReadOnlyMemory<byte> first, Stream other, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await other.WriteAsync(first, over.Token).ConfigureAwait(false);
        Task[] both = [stream.CopyToAsync(other, over.Token), other.CopyToAsync(stream, over.Token)];
        await Task.WhenAny(both).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
        await other.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Moves a half-read message to the front, into a larger buffer where it fills this one, back into a small one where it does not need a large one.
    private static (byte[] Buffer, int End) MakeRoom(byte[] buffer, int start, int end)
    {
        var left = end - start;
        var size = buffer.Length;
        if (left == size)
        {
            size *= 2;
        }
        else if (left == 0)
        {
            size = FirstBufferBytes;
        }

        var target = size == buffer.Length ? buffer : new byte[size];
        Buffer.BlockCopy(buffer, start, target, 0, left);
        return (target, left);
    }

    private void Dispatch(Message message)
    {
        switch (message.Kind)
        {
            case MessageKind.Request:
                Begin(message);
                break;
            case MessageKind.Notification when calls.TryGetValue(message.Id, out var call):
                Notify(call, message);
                break;
            case MessageKind.Response:
                throw new WireException("A client sends no responses.");
        }
    }

    private static void Notify(RunningCall call, Message message)
    {
        switch (message.Method)
        {
            case Notifications.Cancel:
                call.Cancel();
                break;
            case Notifications.Stdin:
                try
                {
                    call.AddInput(MessageCodec.ReadBytes(message));
                }
                catch (VirtException e)
                {
                    throw new WireException(e.Message, e);
                }

                break;
        }
    }

    private void Begin(Message message)
    {
        // A client that asks without reading the answers would make us hold them all: past the limit it is cut off.
        if (calls.Count >= WireLimits.MaxRequestsInFlight)
        {
            throw new WireException($"More than {WireLimits.MaxRequestsInFlight} requests are not answered yet.");
        }

        var call = new RunningCall(this, message.Id);
        if (!calls.TryAdd(message.Id, call))
        {
            call.Dispose();
            throw new WireException($"Request {message.Id} came again before it was answered.");
        }

        _ = HandleAsync(message, call);
    }

    private async Task HandleAsync(Message message, RunningCall call)
    {
        try
        {
            Admit(message);
            await router.Find(message.Method).HandleAsync(this, call, message).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await AnswerAsync(message, e).ConfigureAwait(false);
        }
        finally
        {
            calls.TryRemove(message.Id, out _);
            call.Dispose();
        }
    }

    private async Task AnswerAsync(Message message, Exception e)
    {
        try
        {
            var error = ErrorReply.From(e, message.Method);
            await SendAsync(buffer => MessageCodec.WriteError(buffer, message.Id, error)).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The client has left.
        }
    }

    private void Admit(Message message)
    {
        if (!greeted && message.Method != Methods.Hello.Name)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "HelloRequired", $"Cannot call '{message.Method}': the first call of a connection is 'hello'.", message.Method);
        }

        greeted = true;
    }

    private async Task CloseAsync(ErrorInfo error)
    {
        // A client that does not read must not keep the connection from ending.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await SendAsync(buffer => MessageCodec.WriteNotification(buffer, Notifications.Closing, 0, ErrorInfo.WireFormat, error), limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It will see the end of the stream.
        }
    }
}
