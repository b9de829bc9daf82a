using System;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Fleet;

/// <summary>Brings a stream that a peer has opened to the move that awaits it. A token names it: random, good once, and only for that peer.</summary>
internal sealed class AwaitedStreams
{
    /// <summary>The length of a token.</summary>
    public const int TokenBytes = 16;

    // A stream is opened while the move is still being offered, and may be here first.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<PeerStream>> awaited = new(StringComparer.Ordinal);

    /// <summary>A new token.</summary>
    public static byte[] NewToken() => RandomNumberGenerator.GetBytes(TokenBytes);

    /// <summary>Waits for a stream; it is the caller's then.</summary>
    /// <param name="peer">Who must open it, by fingerprint.</param>
    /// <param name="token">What names it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<PeerStream> TakeAsync(string peer, byte[] token, CancellationToken cancellation)
    {
        var key = Key(peer, token);
        var source = awaited.GetOrAdd(key, static _ => New());
        try
        {
            return await source.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            awaited.TryRemove(key, out _);
        }
    }

    /// <summary>Brings a stream that was opened.</summary>
    /// <returns>False where nobody takes it.</returns>
    public async Task<bool> BringAsync(string peer, PeerStream stream, CancellationToken cancellation)
    {
        var token = new byte[TokenBytes];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        await stream.ReadExactlyAsync(token, limit.Token).ConfigureAwait(false);
        var key = Key(peer, token);
        if (!awaited.GetOrAdd(key, static _ => New()).TrySetResult(stream))
        {
            return false;
        }

        // Whoever takes it takes the entry away: one that is still there after a while is nobody's.
        await Task.Delay(Patience, CancellationToken.None).ConfigureAwait(false);
        return !awaited.TryRemove(key, out _);
    }

    private static TaskCompletionSource<PeerStream> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Key(string peer, byte[] token) => peer + Convert.ToHexString(token);
}
