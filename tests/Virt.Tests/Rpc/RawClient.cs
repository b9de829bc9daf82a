using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Tests.Rpc;

/// <summary>Sends any bytes and reads whole messages, as a stranger's client would.</summary>
internal sealed class RawClient(PairedStream stream)
{
    private readonly MessageScanner scanner = new();
    private readonly List<byte> seen = [];
    private byte[] rest = [];

    public async Task SendAsync(string hex) => await stream.WriteAsync(Convert.FromHexString(hex.Replace(" ", "")));

    public async Task SendAsync<TRequest, TResult>(uint id, Method<TRequest, TResult> method, TRequest request)
    {
        var buffer = new ByteBuffer();
        MessageCodec.WriteRequest(buffer, id, method.Name, method.Request, request);
        await stream.WriteAsync(buffer.Written);
    }

    public Task HelloAsync() => CallAsync(0, Methods.Hello, new Hello { ProtocolVersion = 1 });

    public async Task<Message> CallAsync<TRequest, TResult>(uint id, Method<TRequest, TResult> method, TRequest request)
    {
        await SendAsync(id, method, request);
        return await ReceiveAsync() ?? throw new InvalidOperationException("The agent has closed the connection.");
    }

    /// <summary>The next message; null at the end of the connection.</summary>
    public async Task<Message?> ReceiveAsync()
    {
        while (true)
        {
            if (rest.Length > 0)
            {
                var whole = scanner.Feed(rest, out var consumed);
                seen.AddRange(rest[..consumed]);
                rest = rest[consumed..];
                if (whole)
                {
                    var message = MessageCodec.Read(seen.ToArray());
                    seen.Clear();
                    return message;
                }
            }

            var buffer = new byte[65536];
            var read = await Deadline.Await(stream.ReadAsync(buffer).AsTask(), "a message from the agent");
            if (read == 0)
            {
                return null;
            }

            rest = buffer[..read];
        }
    }
}
