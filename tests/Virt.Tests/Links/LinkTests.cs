using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Links;
using Xunit;

namespace Virt.Tests.Links;

/// <summary>Both ends of a link, over a port that loses what a real one loses.</summary>
public sealed class LinkTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Port port = new();
    private readonly CancellationTokenSource limit = new(Limit);

    [Fact]
    public async Task A_stream_carries_bytes_both_ways_and_says_who_it_is_for()
    {
        var users = new ConcurrentQueue<string>();
        using var guest = port.StartGuest((stream, user) =>
        {
            users.Enqueue(user);
            Echo(stream, user);
        });
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        await using var stream = await host.OpenAsync("ann", limit.Token);
        Assert.Equal("hello", await AskAsync(stream, "hello"));
        Assert.Equal(["ann"], users);
    }

    [Fact]
    public async Task Many_streams_at_once_each_get_their_own_bytes()
    {
        using var guest = port.StartGuest(Echo);
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        var equal = await Task.WhenAll(Enumerable.Range(1, 32).Select(async i =>
        {
            await using var stream = await host.OpenAsync("ann", limit.Token);
            var sent = new byte[200_000 + i];
            new Random(i).NextBytes(sent);
            var sending = stream.WriteAsync(sent, limit.Token);
            var got = new byte[sent.Length];
            await stream.ReadExactlyAsync(got, limit.Token);
            await sending;
            return got.AsSpan().SequenceEqual(sent);
        }));
        Assert.DoesNotContain(false, equal);
    }

    [Fact]
    public async Task A_large_transfer_arrives_whole()
    {
        var sent = new byte[24 << 20];
        new Random(1).NextBytes(sent);
        Array.Clear(sent, 1 << 20, 4 << 20);
        using var guest = port.StartGuest((stream, user) => Begin(SendAsync(stream, sent)));
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        await using var stream = await host.OpenAsync("ann", limit.Token);
        Assert.Equal(SHA256.HashData(sent), await SHA256.HashDataAsync(stream, limit.Token));
    }

    [Fact]
    public async Task Who_reads_slowly_holds_up_nobody_else()
    {
        var stuck = new TaskCompletionSource();
        using var guest = port.StartGuest((stream, user) =>
        {
            if (user == "slow")
            {
                // More than the window, and nobody reads: it comes to a stand there.
                _ = SendAsync(stream, new byte[8 << 20]).ContinueWith(_ => stuck.TrySetResult(), TaskScheduler.Default);
            }
            else
            {
                Echo(stream, user);
            }
        });
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        await using var slow = await host.OpenAsync("slow", limit.Token);
        await using var other = await host.OpenAsync("quick", limit.Token);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal($"question {i}", await AskAsync(other, $"question {i}"));
        }

        Assert.False(stuck.Task.IsCompleted);
        var read = 0L;
        int count;
        var buffer = new byte[1 << 20];
        while ((count = await slow.ReadAsync(buffer, limit.Token)) > 0)
        {
            read += count;
        }

        Assert.Equal(8 << 20, read);
        await stuck.Task.WaitAsync(limit.Token);
    }

    [Fact]
    public async Task An_end_is_seen_at_the_other_side_behind_the_last_byte()
    {
        var ended = new TaskCompletionSource<int>();
        using var guest = port.StartGuest((stream, user) => Begin(user == "gives" ? SendAsync(stream, "all"u8.ToArray()) : TakeAsync(stream, ended)));
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        await using (var gives = await host.OpenAsync("gives", limit.Token))
        {
            using var reader = new StreamReader(gives, leaveOpen: true);
            Assert.Equal("all", await reader.ReadToEndAsync(limit.Token));
            await Assert.ThrowsAsync<IOException>(async () => await gives.WriteAsync("more"u8.ToArray(), limit.Token));
        }

        await using (var takes = await host.OpenAsync("takes", limit.Token))
        {
            await takes.WriteAsync(new byte[1000], limit.Token);
        }

        Assert.Equal(1000, await ended.Task.WaitAsync(limit.Token));
    }

    [Fact]
    public async Task A_guests_agent_that_is_killed_ends_its_streams_and_the_next_one_is_found()
    {
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        for (var i = 0; i < 3; i++)
        {
            using var guest = port.StartGuest(Echo);
            await using var stream = await host.OpenAsync("ann", limit.Token);
            Assert.Equal("hello", await AskAsync(stream, "hello"));
        }
    }

    [Fact]
    public async Task A_hosts_agent_that_is_killed_ends_its_streams_in_the_guest_and_the_next_one_is_served()
    {
        var accepted = new ConcurrentQueue<LinkStream>();
        using var guest = port.StartGuest((stream, user) =>
        {
            accepted.Enqueue(stream);
            Echo(stream, user);
        });
        await using (var first = new LinkHost(port.OpenHost, TimeProvider.System))
        {
            var stream = await first.OpenAsync("ann", limit.Token);
            Assert.Equal("hello", await AskAsync(stream, "hello"));
        }

        await using var second = new LinkHost(port.OpenHost, TimeProvider.System);
        await using var next = await second.OpenAsync("ann", limit.Token);
        Assert.Equal("again", await AskAsync(next, "again"));
        Assert.True(accepted.TryDequeue(out var old));
        await Assert.ThrowsAsync<IOException>(async () => await old.WriteAsync(new byte[1], limit.Token));
    }

    [Fact]
    public async Task What_somebody_before_has_left_in_the_port_is_passed_over()
    {
        using (var before = port.OpenGuest())
        {
            await using var half = port.OpenHost();
            await half.WriteAsync(new byte[] { 0, 3, 1, 1, 9, 9, 9 }, limit.Token);
        }

        // Among the first frames, of which it may cost one, and with it the session: the next one is whole.
        var left = 3;
        port.ToHost = bytes => Interlocked.Decrement(ref left) >= 0 ? [1, 2, 3, 0, 255, 17, .. bytes] : bytes;
        using var guest = port.StartGuest(Echo);
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        while (true)
        {
            await using var tried = await host.OpenAsync("ann", limit.Token);
            if (await AskOrEndAsync(tried, "hello") == "hello")
            {
                return;
            }
        }
    }

    [Fact]
    public async Task A_frame_that_is_missing_ends_the_session_and_not_the_link()
    {
        var isCutting = false;
        port.ToHost = bytes => Volatile.Read(ref isCutting) ? [] : bytes;
        using var guest = port.StartGuest(Echo);
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        await using var stream = await host.OpenAsync("ann", limit.Token);
        await using var other = await host.OpenAsync("ann", limit.Token);
        Assert.Equal("hello", await AskAsync(stream, "hello"));
        Volatile.Write(ref isCutting, true);
        var lost = AskOrEndAsync(stream, "lost");
        await Task.WhenAny(lost, Task.Delay(200, limit.Token));
        Volatile.Write(ref isCutting, false);
        await AskOrEndAsync(other, "next");
        Assert.Null(await lost);
        await using var later = await host.OpenAsync("ann", limit.Token);
        Assert.Equal("later", await AskAsync(later, "later"));
    }

    [Fact]
    public async Task A_guest_whose_word_got_lost_that_it_took_a_stream_is_asked_for_another()
    {
        var isCutting = false;
        var cut = new TaskCompletionSource();
        port.ToHost = bytes =>
        {
            if (Volatile.Read(ref isCutting))
            {
                cut.TrySetResult();
                return [];
            }

            return bytes;
        };
        using var guest = port.StartGuest(Echo);
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        await using var first = await host.OpenAsync("ann", limit.Token);
        Volatile.Write(ref isCutting, true);
        var opening = host.OpenAsync("ann", limit.Token);
        await cut.Task.WaitAsync(limit.Token);
        Volatile.Write(ref isCutting, false);
        await using var stream = await opening;
        Assert.Equal("hello", await AskAsync(stream, "hello"));
    }

    [Fact]
    public async Task No_more_streams_are_opened_than_there_may_be_and_one_that_is_closed_makes_room()
    {
        using var guest = port.StartGuest(Echo);
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        var streams = await Task.WhenAll(Enumerable.Range(0, LinkSession.MostStreams).Select(_ => host.OpenAsync("ann", limit.Token)));
        await Assert.ThrowsAsync<LinkException>(() => host.OpenAsync("ann", limit.Token));
        await streams[0].DisposeAsync();
        await using var next = await host.OpenAsync("ann", limit.Token);
        Assert.Equal("hello", await AskAsync(next, "hello"));
    }

    [Fact]
    public async Task A_wait_for_a_guest_that_takes_no_part_can_be_ended_and_ends_with_the_link()
    {
        using var deaf = port.OpenGuest();
        var host = new LinkHost(port.OpenHost, TimeProvider.System);
        using var impatient = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.OpenAsync("ann", impatient.Token));
        var waiting = host.OpenAsync("ann", limit.Token);
        await host.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    public void Dispose()
    {
        port.Dispose();
        limit.Dispose();
    }

    private async Task<string> AskAsync(LinkStream stream, string text) => await AskOrEndAsync(stream, text) ?? throw new IOException("The stream has ended.");

    private async Task<string?> AskOrEndAsync(LinkStream stream, string text)
    {
        try
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), limit.Token);
            var answer = new byte[text.Length];
            return await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, limit.Token) == answer.Length ? System.Text.Encoding.ASCII.GetString(answer) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Echo(LinkStream stream, string user) => Begin(EchoAsync(stream));

    private static void Begin(Task task) => Assert.NotNull(task);

    private static async Task EchoAsync(LinkStream stream)
    {
        try
        {
            await using (stream)
            {
                await stream.CopyToAsync(stream);
            }
        }
        catch (IOException)
        {
            // The session has ended.
        }
    }

    private static async Task SendAsync(LinkStream stream, byte[] bytes)
    {
        await using (stream)
        {
            await stream.WriteAsync(bytes);
        }
    }

    private static async Task TakeAsync(LinkStream stream, TaskCompletionSource<int> ended)
    {
        var total = 0;
        int count;
        var buffer = new byte[300];
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            total += count;
        }

        ended.SetResult(total);
    }
}
