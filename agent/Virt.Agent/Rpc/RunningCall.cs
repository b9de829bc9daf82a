using System;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Rpc;

/// <summary>A request that has not been answered yet: its streams go over its connection under its id.</summary>
internal sealed class RunningCall(Connection connection, uint id) : ICallSink, IDisposable
{
    private readonly CancellationTokenSource cancel = new();
    private readonly Channel<ReadOnlyMemory<byte>> input = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private int untaken;
    private volatile bool isCancelled;
    private volatile Action? onCancel;

    public uint Id => id;

    public CancellationToken Cancellation => cancel.Token;

    /// <summary>Does this when the client cancels; not when it leaves, which a change outlives.</summary>
    public void OnCancel(Action action)
    {
        onCancel = action;
        if (isCancelled)
        {
            action();
        }
    }

    /// <summary>The client cancels.</summary>
    public void Cancel()
    {
        isCancelled = true;
        onCancel?.Invoke();
        Leave();
    }

    /// <summary>The client has left.</summary>
    public void Leave()
    {
        try
        {
            cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer was faster.
        }
    }

    /// <summary>Takes what the client sent as standard input.</summary>
    /// <exception cref="WireException">The client sent more than its window.</exception>
    public void AddInput(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            input.Writer.TryComplete();
        }
        else if (Interlocked.Add(ref untaken, bytes.Length) > WireLimits.StdinWindowBytes)
        {
            throw new WireException($"Request {id} has sent more than {WireLimits.StdinWindowBytes} bytes of standard input ahead of what was taken.");
        }
        else
        {
            input.Writer.TryWrite(bytes);
        }
    }

    public void WorksOn(string target)
    {
    }

    public void Report(ProgressInfo progress) =>
        connection.TrySend(buffer => MessageCodec.WriteNotification(buffer, Notifications.Progress, id, ProgressInfo.WireFormat, progress));

    public ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellation) => connection.SendAsync(
        buffer => MessageCodec.WriteNotification(buffer, isError ? Notifications.Stderr : Notifications.Stdout, id, bytes.Span),
        cancellation);

    public ValueTask SendItemAsync<T>(Format<T> format, T item, CancellationToken cancellation) =>
        connection.SendAsync(buffer => MessageCodec.WriteNotification(buffer, Notifications.Item, id, format, item), cancellation);

    public void HandOver(Stream stream) => connection.HandOver(stream);

    public async ValueTask<ReadOnlyMemory<byte>> ReadInputAsync(CancellationToken cancellation)
    {
        while (await input.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            if (input.Reader.TryRead(out var bytes))
            {
                Interlocked.Add(ref untaken, -bytes.Length);
                await connection.SendAsync(buffer => WriteTaken(buffer, bytes.Length), cancellation).ConfigureAwait(false);
                return bytes;
            }
        }

        return default;
    }

    public void Dispose() => cancel.Dispose();

    private void WriteTaken(ByteBuffer buffer, int bytes) => MessageCodec.WriteNotification(buffer, Notifications.StdinTaken, id, Taken, bytes);

    private static readonly Format<int> Taken = new(
        "int",
        static (ref MessagePack.MessagePackWriter writer, int value) => writer.Write(value),
        static (ref MessagePack.MessagePackReader reader) => reader.ReadInt32());
}
