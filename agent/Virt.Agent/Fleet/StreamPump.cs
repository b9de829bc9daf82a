using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Fleet;

/// <summary>Copies bytes between a socket of QEMU's and a connection to another agent, in both directions, until both have ended or one has broken.</summary>
internal sealed class StreamPump : IAsyncDisposable
{
    /// <summary>What QEMU's sockets may hold, and what is copied at once.</summary>
    public const int BufferBytes = 512 << 10;

    private readonly Socket local;
    private readonly SslStream remote;
    private readonly CancellationTokenSource stopping = new();
    private long sent;

    private StreamPump(Socket local, SslStream remote)
    {
        this.local = local;
        this.remote = remote;
        Ended = RunAsync();
    }

    /// <summary>Ends when both directions have; never fails.</summary>
    public Task Ended { get; }

    /// <summary>Bytes that have gone to the other agent.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Begins. Both ends are the pump's from now on.</summary>
    public static StreamPump Start(Socket local, SslStream remote) => new(local, remote);

    /// <summary>Cuts both ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        local.Dispose();
        await Ended.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(Task.Run(() => GuardAsync(SendAsync)), Task.Run(() => GuardAsync(ReceiveAsync))).ConfigureAwait(false);
        local.Dispose();
        await remote.DisposeAsync().ConfigureAwait(false);
    }

    // Where one direction breaks the other has nobody to speak to either, and QEMU must see that its peer is gone.
    private async Task GuardAsync(Func<Task> copy)
    {
        try
        {
            await copy().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or CryptographicException)
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            local.Dispose();
            await remote.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task SendAsync()
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await local.ReceiveAsync(buffer, stopping.Token).ConfigureAwait(false)) > 0)
        {
            await remote.WriteAsync(buffer.AsMemory(0, read), stopping.Token).ConfigureAwait(false);
            Interlocked.Add(ref sent, read);
        }

        await remote.ShutdownAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await remote.ReadAsync(buffer, stopping.Token).ConfigureAwait(false)) > 0)
        {
            for (var at = 0; at < read;)
            {
                at += await local.SendAsync(buffer.AsMemory(at, read - at), stopping.Token).ConfigureAwait(false);
            }
        }

        local.Shutdown(SocketShutdown.Send);
    }
}
