using System.IO;
using Virt.Protocol.Wire;

namespace Virt.Protocol.Client;

/// <summary>Sends a stream as standard input, never more ahead than the window allows.</summary>
internal sealed class StdinPump(VirtClient client, uint id, Stream source)
{
    private readonly byte[] chunk = new byte[64 * 1024];
    private int window = WireLimits.StdinWindowBytes;
    private bool ended;

    /// <summary>The agent has taken some; more may follow.</summary>
    public void Taken(int bytes)
    {
        window += bytes;
        Push();
    }

    /// <summary>Sends as much as may be sent now.</summary>
    public void Push()
    {
        while (!ended && window >= chunk.Length)
        {
            var read = source.Read(chunk, 0, chunk.Length);
            client.Send(buffer => MessageCodec.WriteNotification(buffer, Notifications.Stdin, id, new System.ReadOnlySpan<byte>(chunk, 0, read)));
            window -= read;
            ended = read == 0;
        }
    }
}
