using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Links;

namespace Virt.Tests.Links;

/// <summary>A virtio port between two ends, as QEMU makes it: what one end writes while nobody is connected at the other is lost or waits, and a guest reads an end where there is no host.</summary>
internal sealed class Port : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource ending = new();
    private Socket? host;
    private Socket? guest;

    /// <summary>Changes what goes from the guest to the host; null: nothing.</summary>
    public Func<byte[], byte[]>? ToHost { get; set; }

    /// <summary>The host connects; the connection before it is over.</summary>
    public Stream OpenHost()
    {
        lock (gate)
        {
            host?.Dispose();
            var (ours, theirs) = Pair();
            host = theirs;
            _ = PumpAsync(theirs, () => guest, static bytes => bytes);
            return new NetworkStream(ours, ownsSocket: true);
        }
    }

    /// <summary>Somebody in the guest opens the port; who had it before is over.</summary>
    public Stream OpenGuest()
    {
        lock (gate)
        {
            guest?.Dispose();
            var (ours, theirs) = Pair();
            guest = theirs;
            _ = PumpAsync(theirs, () => host, bytes => ToHost?.Invoke(bytes) ?? bytes);
            return new NetworkStream(ours, ownsSocket: true);
        }
    }

    /// <summary>A guest's agent on a thread of its own, which hands its streams on.</summary>
    public Guest StartGuest(Action<LinkStream, string> accept) => new(OpenGuest(), accept);

    public void Dispose()
    {
        ending.Cancel();
        host?.Dispose();
        guest?.Dispose();
        ending.Dispose();
    }

    private async Task PumpAsync(Socket from, Func<Socket?> to, Func<byte[], byte[]> change)
    {
        var buffer = new byte[8192];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, ending.Token)) > 0)
            {
                await DeliverAsync(change(buffer.AsSpan(0, count).ToArray()), to);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Somebody has left.
        }
    }

    // To whoever is there; what somebody who has just left would have got is lost, and the next one gets what comes next.
    private async Task DeliverAsync(ReadOnlyMemory<byte> rest, Func<Socket?> to)
    {
        try
        {
            while (rest.Length > 0 && to() is { } target)
            {
                rest = rest[(await target.SendAsync(rest, ending.Token))..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is lost.
        }
    }

    private static (Socket A, Socket B) Pair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen(1);
        var a = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        a.Connect(listener.LocalEndPoint!);
        var b = listener.Accept();
        b.NoDelay = true;
        return (a, b);
    }

    /// <summary>The guest's agent, until it is killed.</summary>
    public sealed class Guest : IDisposable
    {
        private readonly Stream port;
        private readonly Thread thread;
        private readonly CancellationTokenSource ending = new();

        public Guest(Stream port, Action<LinkStream, string> accept)
        {
            this.port = port;
            thread = new Thread(() => Run(accept)) { IsBackground = true };
            thread.Start();
        }

        public void Dispose()
        {
            ending.Cancel();
            port.Dispose();
            thread.Join();
            ending.Dispose();
        }

        private void Run(Action<LinkStream, string> accept)
        {
            try
            {
                new LinkGuest(accept).Serve(port, ending.Token);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // It was killed.
            }
        }
    }
}
