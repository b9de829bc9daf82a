using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms;

/// <summary>Typing at the guest's serial console. QEMU takes one connection, so all who type share it; it is there while somebody sits at the console.</summary>
internal sealed partial class VmSession
{
    private static readonly TimeSpan TypeTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim typing = new(1, 1);
    private NetworkStream? console;
    private int seats;

    /// <summary>Somebody sits down at the console.</summary>
    public void Seat() => Interlocked.Increment(ref seats);

    /// <summary>Somebody gets up; with the last the connection goes.</summary>
    public async ValueTask UnseatAsync()
    {
        await typing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Interlocked.Decrement(ref seats) == 0 && console is { } closing)
            {
                console = null;
                await closing.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            typing.Release();
        }
    }

    /// <summary>Types something.</summary>
    /// <exception cref="IOException">QEMU is gone.</exception>
    /// <exception cref="SocketException">QEMU is gone.</exception>
    /// <exception cref="TimeoutException">The guest takes nothing in.</exception>
    public async Task TypeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await typing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (console is null)
            {
                console = Open(folder.ConsoleSocket);
                _ = DrainAsync(console);
            }

            using var limit = new CancellationTokenSource(TypeTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            try
            {
                await console.WriteAsync(bytes, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException("The guest takes nothing in.", e);
            }
        }
        catch (IOException)
        {
            console = null;
            throw;
        }
        finally
        {
            typing.Release();
        }
    }

    // What comes back stands in the console's file too; here it is only taken, so that QEMU never waits for us.
    private static async Task DrainAsync(NetworkStream stream)
    {
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[4096];
            try
            {
                while (await stream.ReadAsync(buffer).ConfigureAwait(false) > 0)
                {
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The last one has got up.
            }
        }
    }
}
