using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Fleet;
using Xunit;

namespace Virt.Tests.Fleet;

/// <summary>Who may open a move's streams.</summary>
public sealed class AwaitedStreamsTests
{
    private readonly AwaitedStreams streams = new();

    [Fact]
    public async Task A_token_brings_a_stream_of_its_own_peer_once()
    {
        var token = AwaitedStreams.NewToken();
        var taking = streams.TakeAsync("AA", token, TestContext.Current.CancellationToken);
        await using var stream = With(token);
        _ = streams.BringAsync("AA", stream, TestContext.Current.CancellationToken);
        Assert.Same(stream, await taking);
    }

    [Fact]
    public async Task A_live_token_is_worth_nothing_in_the_hands_of_another_peer()
    {
        var token = AwaitedStreams.NewToken();
        using var cancel = new CancellationTokenSource();
        var taking = streams.TakeAsync("AA", token, cancel.Token);
        await using var stream = With(token);
        _ = streams.BringAsync("BB", stream, TestContext.Current.CancellationToken);
        Assert.False(taking.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
    }

    // Only its token is read of it here, which needs no TLS.
    private static Fixed With(byte[] token) => new(token);

    private sealed class Fixed(byte[] bytes) : PeerStream(new MemoryStream())
    {
        private int at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(buffer.Length, bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(buffer.Span);
            at += count;
            return new ValueTask<int>(count);
        }
    }
}
