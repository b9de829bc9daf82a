using System;
using System.IO;
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
    private readonly PeerStream remote;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource letOut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long sent;

    private StreamPump(Socket local, PeerStream remote, bool isHeld)
    {
        this.local = local;
        this.remote = remote;
        if (!isHeld)
        {
            LetOut();
        }

        Ended = RunAsync();
    }

    /// <summary>Ends when both directions have; never fails.</summary>
    public Task Ended { get; }

    /// <summary>Bytes that have gone to the other agent.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>Begins. Both ends are the pump's from now on.</summary>
    /// <param name="local">QEMU's end.</param>
    /// <param name="remote">The other agent's.</param>
    /// <param name="isHeld">What QEMU sends waits, in its socket, for <see cref="LetOut"/>.</param>
    public static StreamPump Start(Socket local, PeerStream remote, bool isHeld = false) => new(local, remote, isHeld);

    /// <summary>From now on goes to the other agent what QEMU sends. May be repeated.</summary>
    public void LetOut() => letOut.TrySetResult();

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
        await letOut.Task.WaitAsync(stopping.Token).ConfigureAwait(false);
        remote.GatherWrites();
        while ((read = await local.ReceiveAsync(buffer, stopping.Token).ConfigureAwait(false)) > 0)
        {
            await remote.WriteAsync(buffer.AsMemory(0, read), stopping.Token).ConfigureAwait(false);
            await remote.FlushAsync(stopping.Token).ConfigureAwait(false);
            Interlocked.Add(ref sent, read);
        }

        await remote.ShutdownAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[BufferBytes];
        var (begin, end) = (0, 0);
        while (true)
        {
            if (begin == end || end == buffer.Length)
            {
                await PassOnAsync(buffer.AsMemory(begin, end - begin)).ConfigureAwait(false);
                (begin, end) = (0, 0);
            }

            // What is here already goes along in one piece; nothing waits for what is not.
            var reading = remote.ReadAsync(buffer.AsMemory(end), stopping.Token);
            if (!reading.IsCompleted)
            {
                await PassOnAsync(buffer.AsMemory(begin, end - begin)).ConfigureAwait(false);
                begin = end;
            }

            if (await reading.ConfigureAwait(false) is var read && read == 0)
            {
                break;
            }

            end += read;
        }

        await PassOnAsync(buffer.AsMemory(begin, end - begin)).ConfigureAwait(false);
        local.Shutdown(SocketShutdown.Send);
    }

    private async Task PassOnAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await local.SendAsync(bytes, stopping.Token).ConfigureAwait(false)..];
        }
    }
}
