using System;
using MessagePack;

namespace Virt.Protocol.Wire;

/// <summary>
/// Turns messages into bytes and back. Does no I/O: bytes in, messages out.
/// Source: https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md
/// </summary>
public static class MessageCodec
{
    /// <summary>Writes <c>[0, id, method, [request]]</c>, or <c>[0, id, method, [request, options]]</c> where there are options.</summary>
    public static void WriteRequest<T>(ByteBuffer buffer, uint id, string method, Format<T> format, T request, CallOptions? options = null)
    {
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(4);
        writer.Write((int)MessageKind.Request);
        writer.Write(id);
        writer.Write(method);
        writer.WriteArrayHeader(options is null ? 1 : 2);
        format.Write(ref writer, request);
        if (options is not null)
        {
            CallOptions.WireFormat.Write(ref writer, options);
        }

        writer.Flush();
    }

    /// <summary>Writes <c>[1, id, nil, result]</c>.</summary>
    public static void WriteResult<T>(ByteBuffer buffer, uint id, Format<T> format, T result)
    {
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(4);
        writer.Write((int)MessageKind.Response);
        writer.Write(id);
        writer.WriteNil();
        format.Write(ref writer, result);
        writer.Flush();
    }

    /// <summary>Writes <c>[1, id, nil, result]</c> with a result that is encoded already.</summary>
    public static void WriteRawResult(ByteBuffer buffer, uint id, ReadOnlySpan<byte> result)
    {
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(4);
        writer.Write((int)MessageKind.Response);
        writer.Write(id);
        writer.WriteNil();
        writer.WriteRaw(result);
        writer.Flush();
    }

    /// <summary>Writes <c>[1, id, error, nil]</c>.</summary>
    public static void WriteError(ByteBuffer buffer, uint id, ErrorInfo error)
    {
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(4);
        writer.Write((int)MessageKind.Response);
        writer.Write(id);
        ErrorInfo.WireFormat.Write(ref writer, error);
        writer.WriteNil();
        writer.Flush();
    }

    /// <summary>Writes <c>[2, method, [id]]</c>.</summary>
    public static void WriteNotification(ByteBuffer buffer, string method, uint id)
    {
        var writer = new MessagePackWriter(buffer);
        WriteNotificationHead(ref writer, method, id, 1);
        writer.Flush();
    }

    /// <summary>Writes <c>[2, method, [id, value]]</c>.</summary>
    public static void WriteNotification<T>(ByteBuffer buffer, string method, uint id, Format<T> format, T value)
    {
        var writer = new MessagePackWriter(buffer);
        WriteNotificationHead(ref writer, method, id, 2);
        format.Write(ref writer, value);
        writer.Flush();
    }

    /// <summary>Writes <c>[2, method, [id, bytes]]</c>.</summary>
    public static void WriteNotification(ByteBuffer buffer, string method, uint id, ReadOnlySpan<byte> bytes)
    {
        var writer = new MessagePackWriter(buffer);
        WriteNotificationHead(ref writer, method, id, 2);
        writer.Write(bytes);
        writer.Flush();
    }

    /// <summary>Takes one whole message apart.</summary>
    /// <param name="bytes">Exactly the bytes that <see cref="MessageScanner"/> found to be one message.</param>
    /// <exception cref="WireException">It is none of the three messages.</exception>
    public static Message Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        try
        {
            if (reader.NextMessagePackType != MessagePackType.Array)
            {
                throw new WireException("A message is an array of 3 or 4 values.");
            }

            var count = reader.ReadArrayHeader();
            var kind = (MessageKind)reader.ReadInt32();
            return (kind, count) switch
            {
                (MessageKind.Request, 4) => ReadRequest(ref reader, bytes),
                (MessageKind.Response, 4) => ReadResponse(ref reader, bytes),
                (MessageKind.Notification, 3) => ReadNotification(ref reader, bytes),
                _ => throw new WireException($"An array of {count} values that begins with {(int)kind} is no message."),
            };
        }
        catch (Exception e) when (e is MessagePackSerializationException or System.IO.EndOfStreamException or OverflowException or InvalidOperationException)
        {
            throw new WireException("The message does not have the parts of its kind.", e);
        }
    }

    /// <summary>Reads the first of a body's params, and the second where the sender gave one.</summary>
    /// <exception cref="VirtException">InvalidArgument: the params are not what the method takes.</exception>
    public static (T Request, CallOptions Options) ReadParams<T>(ReadOnlyMemory<byte> body, string method, Format<T> format)
    {
        var reader = new MessagePackReader(body);
        try
        {
            var count = reader.ReadArrayHeader();
            if (count < 1)
            {
                throw new MessagePackSerializationException($"params must hold one {format.Name}");
            }

            var request = format.Read(ref reader);
            var options = count > 1 && !reader.TryReadNil() ? CallOptions.WireFormat.Read(ref reader) : new CallOptions();
            return (request, options);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Malformed(method, e);
        }
    }

    /// <summary>Reads the second of a notification's params (the first is the request's id).</summary>
    /// <exception cref="VirtException">InvalidArgument: it is of another type.</exception>
    public static T ReadValue<T>(Message message, WireRead<T> read)
    {
        var reader = new MessagePackReader(message.Body);
        try
        {
            var count = reader.ReadArrayHeader();
            if (count < 2)
            {
                throw new MessagePackSerializationException("params must hold an id and a value");
            }

            reader.Skip();
            return read(ref reader);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw Malformed(message.Method, e);
        }
    }

    /// <summary>Reads the bytes of a notification such as <see cref="Notifications.Stdout"/>.</summary>
    public static byte[] ReadBytes(Message message) => ReadValue(message, WireValue.ReadBytes);

    /// <summary>Reads a response's result.</summary>
    /// <exception cref="VirtException">Internal: the agent sent something else.</exception>
    public static T ReadResult<T>(Message message, Format<T> format)
    {
        var reader = new MessagePackReader(message.Body);
        try
        {
            return format.Read(ref reader);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw new VirtException(ErrorCode.Internal, "MalformedReply", $"Cannot read the agent's reply as {format.Name}: {e.Message}", inner: e);
        }
    }

    private static bool IsMalformed(Exception e) =>
        e is MessagePackSerializationException or System.IO.EndOfStreamException or OverflowException or InvalidOperationException or FormatException;

    private static VirtException Malformed(string method, Exception e) =>
        new(ErrorCode.InvalidArgument, "MalformedParams", $"Cannot read the params of '{method}': {e.Message}", target: method, inner: e);

    private static void WriteNotificationHead(ref MessagePackWriter writer, string method, uint id, int count)
    {
        writer.WriteArrayHeader(3);
        writer.Write((int)MessageKind.Notification);
        writer.Write(method);
        writer.WriteArrayHeader(count);
        writer.Write(id);
    }

    private static Message ReadRequest(ref MessagePackReader reader, ReadOnlyMemory<byte> bytes)
    {
        var id = reader.ReadUInt32();
        var method = WireValue.ReadString(ref reader);
        return new Message { Kind = MessageKind.Request, Id = id, Method = method, Body = Params(ref reader, bytes) };
    }

    private static Message ReadResponse(ref MessagePackReader reader, ReadOnlyMemory<byte> bytes)
    {
        var id = reader.ReadUInt32();
        var error = reader.TryReadNil() ? null : ErrorInfo.WireFormat.Read(ref reader);
        return new Message { Kind = MessageKind.Response, Id = id, Error = error, Body = bytes.Slice((int)reader.Consumed) };
    }

    private static Message ReadNotification(ref MessagePackReader reader, ReadOnlyMemory<byte> bytes)
    {
        var method = WireValue.ReadString(ref reader);
        var body = Params(ref reader, bytes);
        var id = reader.ReadArrayHeader() > 0 && reader.NextMessagePackType == MessagePackType.Integer ? reader.ReadUInt32() : 0;
        return new Message { Kind = MessageKind.Notification, Id = id, Method = method, Body = body };
    }

    private static ReadOnlyMemory<byte> Params(ref MessagePackReader reader, ReadOnlyMemory<byte> bytes)
    {
        if (reader.NextMessagePackType != MessagePackType.Array)
        {
            throw new WireException("The params of a message are an array.");
        }

        return bytes.Slice((int)reader.Consumed);
    }
}
