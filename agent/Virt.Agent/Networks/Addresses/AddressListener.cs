using System;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Networks.Addresses;

/// <summary>Tells the members of one bridge their addresses.</summary>
internal sealed class AddressListener : IAsyncDisposable
{
    private const int ServerPort = 67, ClientPort = 68, LongestDatagram = 2048;

    // socket(7)
    private const int SocketLevel = 1, BindToDevice = 25;
    private static readonly IPEndPoint Everybody = new(IPAddress.Broadcast, ClientPort);
    private readonly Func<PhysicalAddress, DhcpPlace?> find;
    private readonly Socket socket;
    private readonly CancellationTokenSource end = new();
    private readonly Task work;

    /// <param name="bridge">The bridge's name. Other programs of the host may serve other links at the same port.</param>
    /// <param name="find">What the member with a hardware address is told; null where there is none. Any thread calls it.</param>
    /// <exception cref="SocketException">The port is another program's.</exception>
    public AddressListener(string bridge, Func<PhysicalAddress, DhcpPlace?> find)
    {
        this.find = find;
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        try
        {
            socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.ASCII.GetBytes(bridge));
            socket.Bind(new IPEndPoint(IPAddress.Any, ServerPort));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        work = ReceiveAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync().ConfigureAwait(false);
        socket.Dispose();
        await work.ConfigureAwait(false);
        end.Dispose();
    }

    private async Task ReceiveAsync()
    {
        await Task.Yield();
        var buffer = new byte[LongestDatagram];
        var anybody = new IPEndPoint(IPAddress.Any, 0);
        while (!end.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, end.Token).ConfigureAwait(false);
                if (DhcpQuestion.Read(buffer.AsSpan(0, received.ReceivedBytes)) is { } question && DhcpReply.To(question, find(question.Client)) is { } reply)
                {
                    // To all of the bridge, as RFC 2131, section 4.1, allows: whoever has no address yet answers no ARP. One that has its address and asks for more time has.
                    var to = reply.AsSpan(12, 4).IndexOfAnyExcept((byte)0) < 0 ? Everybody : new IPEndPoint(question.Current, ClientPort);
                    await socket.SendToAsync(reply, SocketFlags.None, to, end.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || end.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException)
            {
                // What went to somebody who is gone.
            }
        }
    }
}
