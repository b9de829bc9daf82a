using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;

namespace Virt.Agent.Fleet;

/// <summary>An encrypted stream between agents.</summary>
/// <param name="inner">The connection; this stream's from now on.</param>
public class PeerStream(Stream inner) : SslStream(new BulkStream(inner), leaveInnerStreamOpen: false)
{
    /// <summary>From now on what is written goes out when the stream is flushed, in pieces as big as can be.</summary>
    public void GatherWrites() => ((BulkStream)InnerStream).Gathers = true;

    /// <summary>
    /// When this stream is closed, what has not arrived never will. A kernel goes on sending what a closed socket still held, for seconds or minutes, and an offer that its source has taken back
    /// would reach the destination as soon as somebody puts the cable in again. Source: socket(7), SO_LINGER of 0.
    /// </summary>
    public void DropUnsent()
    {
        if (inner is NetworkStream network)
        {
            try
            {
                network.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It is closed already.
            }
        }
    }
}
