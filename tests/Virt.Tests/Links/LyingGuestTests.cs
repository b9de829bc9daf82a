using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Links;
using Xunit;

namespace Virt.Tests.Links;

/// <summary>What a guest may send that wants to harm its host: the session ends, and nothing is kept of it.</summary>
public sealed class LyingGuestTests : IDisposable
{
    private readonly Port port = new();
    private readonly CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));

    public static TheoryData<string> Lies => ["open", "too much", "nothing", "taken", "hello", "kind", "sequence", "other number"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Whoever_does_not_keep_to_the_rules_is_begun_anew(string lie)
    {
        var guest = port.OpenGuest();
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        var (number, writer) = await WelcomeAsync(guest);
        await using var stream = await TakeAsync(host, guest, writer, number);
        switch (lie)
        {
            case "open":
                await writer.SendAsync(LinkFrameKind.Open, number, 9, "root"u8.ToArray(), limit.Token);
                break;
            case "too much":
                for (var sent = 0; sent <= LinkStream.Window; sent += LinkCodec.MostPayload)
                {
                    await writer.SendAsync(LinkFrameKind.Data, number, 1, new byte[LinkCodec.MostPayload], limit.Token);
                }

                break;
            case "nothing":
                await writer.SendAsync(LinkFrameKind.Data, number, 1, default, limit.Token);
                break;
            case "taken":
                await writer.SendAsync(LinkFrameKind.Taken, number, 1, new byte[] { 255, 255, 255, 255 }, limit.Token);
                break;
            case "hello":
                await writer.SendAsync(LinkFrameKind.Hello, number, 0, default, limit.Token);
                break;
            case "kind":
                await writer.SendAsync((LinkFrameKind)99, number, 1, default, limit.Token);
                break;
            case "sequence":
                writer.Begin(number + 2);
                await writer.SendAsync(LinkFrameKind.Data, number + 2, 1, new byte[1], limit.Token); // for another: nobody looks at it
                writer.Begin(number);
                await writer.SendAsync(LinkFrameKind.Data, number, 1, new byte[1], limit.Token);
                writer.Begin(number);
                await writer.SendAsync(LinkFrameKind.Data, number, 1, new byte[1], limit.Token);
                break;
            case "other number":
                await writer.SendAsync(LinkFrameKind.Welcome, 0, 0, LinkHello.Write(4711, number), limit.Token);
                break;
        }

        // It is asked again, with another number; nothing was read of the stream until then, which is over.
        var again = await WelcomeAsync(guest);
        Assert.NotEqual(number, again.Number);
        await DrainAsync(stream);
        await using var next = await TakeAsync(host, guest, again.Writer, again.Number);
    }

    [Fact]
    public async Task A_flood_of_nonsense_is_passed_over_and_what_is_right_among_it_arrives()
    {
        var guest = port.OpenGuest();
        await using var host = new LinkHost(port.OpenHost, TimeProvider.System);
        var (number, writer) = await WelcomeAsync(guest);
        await using var stream = await TakeAsync(host, guest, writer, number);
        for (uint i = 0; i < 5000; i++)
        {
            await writer.SendAsync(LinkFrameKind.Data, number, 1, new byte[] { (byte)i }, limit.Token);
            await writer.SendAsync(LinkFrameKind.Data, number, 1000 + i, new byte[1000], limit.Token); // of streams that nobody has opened
            await guest.WriteAsync(new byte[] { 1, 2, 3, 0, 0, 255 }, limit.Token);
        }

        await guest.WriteAsync(new byte[1 << 20], limit.Token);
        await guest.WriteAsync(Enumerable.Repeat((byte)9, 1 << 20).ToArray(), limit.Token);
        await writer.SendAsync(LinkFrameKind.Data, number, 1, "end"u8.ToArray(), limit.Token);
        var got = new byte[5003];
        await stream.ReadExactlyAsync(got, limit.Token);
        Assert.Equal("end"u8.ToArray(), got[^3..]);
    }

    public void Dispose()
    {
        port.Dispose();
        limit.Dispose();
    }

    // Answers the hello that comes next which was not answered yet.
    private async Task<(ulong Number, LinkWriter Writer)> WelcomeAsync(Stream guest)
    {
        var reader = new LinkReader();
        var buffer = new byte[4096];
        ulong number = 0;
        while (number == 0 || !answered.Add(number))
        {
            var count = await guest.ReadAsync(buffer, limit.Token);
            Assert.NotEqual(0, count);
            reader.Feed(buffer.AsSpan(0, count), frame => number = frame.Kind == LinkFrameKind.Hello ? BinaryPrimitives.ReadUInt64LittleEndian(frame.Payload[1..]) : number);
        }

        var writer = new LinkWriter(guest);
        await writer.SendAsync(LinkFrameKind.Welcome, 0, 0, LinkHello.Write(42, number), limit.Token);
        return (number, writer);
    }

    // A stream that the host opens, the session's first, once the guest has taken it.
    private async Task<LinkStream> TakeAsync(LinkHost host, Stream guest, LinkWriter writer, ulong number)
    {
        var opening = host.OpenAsync("ann", limit.Token);
        var reader = new LinkReader();
        var buffer = new byte[4096];
        var isOpen = false;
        while (!isOpen)
        {
            var count = await guest.ReadAsync(buffer, limit.Token);
            Assert.NotEqual(0, count);
            reader.Feed(buffer.AsSpan(0, count), frame => isOpen |= frame.Kind == LinkFrameKind.Open);
        }

        Assert.False(opening.IsCompleted);
        writer.Begin(number);
        await writer.SendAsync(LinkFrameKind.Taken, number, 1, new byte[sizeof(uint)], limit.Token);
        return await opening;
    }

    private readonly System.Collections.Generic.HashSet<ulong> answered = [];

    private async Task DrainAsync(LinkStream stream)
    {
        var buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer, limit.Token) > 0)
        {
        }
    }
}
