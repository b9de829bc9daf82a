using System;
using System.IO;
using System.Threading;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Tests.Module;

/// <summary>One request that a <see cref="FakeAgent"/> got, and the way back to who sent it.</summary>
internal sealed class FakeCall(Message message, Stream stream)
{
    private readonly CancellationTokenSource cancel = new();
    private readonly MemoryStream stdin = new();
    private readonly ManualResetEventSlim stdinEnd = new();

    public Message Message { get; } = message;

    public object Request { get; set; } = new Nothing();

    public CallOptions Options { get; set; } = new();

    /// <summary>Set when the client has sent $/cancel.</summary>
    public CancellationToken Cancelled => cancel.Token;

    /// <summary>Waits until the client cancels, and answers as an agent does.</summary>
    public T UntilCancelled<T>()
    {
        if (!Cancelled.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)))
        {
            throw new InvalidOperationException("The fake agent awaited $/cancel for 20 s.");
        }

        throw new VirtException(ErrorCode.Cancelled, "Cancelled", "Cannot go on: the caller cancelled.");
    }

    /// <summary>All of standard input.</summary>
    public byte[] ReadStdin()
    {
        if (!stdinEnd.Wait(TimeSpan.FromSeconds(20)))
        {
            throw new InvalidOperationException("The fake agent awaited the end of standard input for 20 s.");
        }

        return stdin.ToArray();
    }

    public void Progress(string activity, string status, int percent) => Send(buffer => MessageCodec.WriteNotification(
        buffer, Notifications.Progress, Message.Id, ProgressInfo.WireFormat, new ProgressInfo { Activity = activity, Status = status, PercentComplete = percent }));

    public void Output(string text, bool isError = false) => Send(buffer => MessageCodec.WriteNotification(
        buffer, isError ? Notifications.Stderr : Notifications.Stdout, Message.Id, System.Text.Encoding.UTF8.GetBytes(text)));

    public void Item<T>(Format<T> format, T item) => Send(buffer => MessageCodec.WriteNotification(buffer, Notifications.Item, Message.Id, format, item));

    public void Take(Message notification)
    {
        if (notification.Method == Notifications.Cancel)
        {
            cancel.Cancel();
            return;
        }

        var bytes = MessageCodec.ReadBytes(notification);
        if (bytes.Length == 0)
        {
            stdinEnd.Set();
            return;
        }

        stdin.Write(bytes);
        Send(buffer =>
        {
            var writer = new MessagePack.MessagePackWriter(buffer);
            writer.WriteArrayHeader(3);
            writer.Write(2);
            writer.Write(Notifications.StdinTaken);
            writer.WriteArrayHeader(2);
            writer.Write(Message.Id);
            writer.Write(bytes.Length);
            writer.Flush();
        });
    }

    public void Send(Action<ByteBuffer> write)
    {
        var buffer = new ByteBuffer();
        write(buffer);
        lock (stream)
        {
            stream.Write(buffer.Written.Array!, 0, buffer.Length);
        }
    }
}
