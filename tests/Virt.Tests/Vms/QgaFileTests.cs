using System;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qga;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>Files of a guest whose agent may be slow, or lie: they are closed in the guest whatever happens.</summary>
public sealed class QgaFileTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_bytes_are_written_where_the_guest_takes_them_in_parts()
    {
        var guest = new FileGuest { OnWrite = static bytes => $"{(bytes.Length + 1) / 2}" };
        await using var agent = guest.Start();
        await using var client = Client(agent);
        await using (var file = await client.OpenFileAsync("/f", "r+", Long, Cancellation))
        {
            await file.WriteAsync("abcde"u8.ToArray(), Cancellation);
            await file.CloseAsync(Cancellation);
        }

        Assert.Equal(["abcde", "de", "e"], guest.Written);
        Assert.Equal([7], guest.Closed);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("4")]
    [InlineData("-1")]
    [InlineData("\"3\"")]
    public async Task A_count_that_cannot_be_is_refused_and_the_file_closed_with_the_next_command(string count)
    {
        var guest = new FileGuest { OnWrite = _ => count };
        await using var agent = guest.Start();
        await using var client = Client(agent);
        await using (var file = await client.OpenFileAsync("/f", "r+", Long, Cancellation))
        {
            await Assert.ThrowsAsync<QgaException>(() => file.WriteAsync("abc"u8.ToArray(), Cancellation));
        }

        await client.PingAsync(Long, Cancellation);
        Assert.Equal([7], guest.Closed);
    }

    [Theory]
    [InlineData("""{"count": 3, "buf-b64": "YWI=", "eof": false}""")]
    [InlineData("""{"count": 0, "buf-b64": "", "eof": false}""")]
    [InlineData("""{"count": 6, "buf-b64": "YWJjZGVm", "eof": true}""")]
    [InlineData("""{"count": 2, "buf-b64": "?", "eof": true}""")]
    [InlineData("""{"count": 2, "eof": true}""")]
    [InlineData("7")]
    public async Task A_part_that_cannot_be_is_refused(string part)
    {
        var guest = new FileGuest { OnRead = () => part };
        await using var agent = guest.Start();
        await using var client = Client(agent);
        await using var file = await client.OpenFileAsync("/f", "r", Long, Cancellation);
        await Assert.ThrowsAsync<QgaException>(() => file.ReadAsync(5, Cancellation));
    }

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("1.5")]
    [InlineData("{}")]
    public async Task A_handle_that_is_none_is_refused(string handle)
    {
        var guest = new FileGuest { OnOpen = () => handle };
        await using var agent = guest.Start();
        await using var client = Client(agent);
        await Assert.ThrowsAsync<QgaException>(() => client.OpenFileAsync("/f", "r", Long, Cancellation));
    }

    [Fact]
    public async Task A_file_that_was_opened_too_late_is_closed()
    {
        var guest = new FileGuest { OnOpen = static () => null };
        await using var agent = guest.Start();
        await using var client = Client(agent);
        await Assert.ThrowsAsync<TimeoutException>(() => client.OpenFileAsync("/f", "r", TimeSpan.FromMilliseconds(50), Cancellation));
        await agent.SayAsync("""{"return": 9}""");
        await client.PingAsync(Long, Cancellation);
        Assert.Equal([9], guest.Closed);
    }

    [Fact]
    public async Task A_late_answer_of_another_kind_closes_nothing()
    {
        var guest = new FileGuest { OnRead = static () => null };
        await using var agent = guest.Start();
        await using var client = Client(agent);
        await Assert.ThrowsAsync<TimeoutException>(() => client.ExecuteAsync("guest-file-read", null, TimeSpan.FromMilliseconds(50), Cancellation));
        await agent.SayAsync("""{"return": 9}""");
        await client.PingAsync(Long, Cancellation);
        Assert.Empty(guest.Closed);
    }

    [Fact]
    public async Task Its_size_is_where_it_ends_and_none_where_it_cannot_be_sought_in()
    {
        var guest = new FileGuest();
        await using var agent = guest.Start();
        await using var client = Client(agent);
        await using var file = await client.OpenFileAsync("/f", "r", Long, Cancellation);
        Assert.Equal(42, await file.MeasureAsync(Cancellation));
        guest.CanSeek = false;
        Assert.Equal(0, await file.MeasureAsync(Cancellation));
    }

    private static QgaClient Client(FakeMonitor agent) => new(() => agent.Near, TimeProvider.System);

    // A guest with one file, of handle 7 and 42 bytes.
    private sealed class FileGuest
    {
        public Func<string?> OnOpen { get; init; } = static () => "7";

        public Func<string?> OnRead { get; init; } = static () => """{"count": 0, "buf-b64": "", "eof": true}""";

        public Func<byte[], string> OnWrite { get; init; } = static bytes => $"{bytes.Length}";

        public bool CanSeek { get; set; } = true;

        public ConcurrentQueue<string> Written { get; } = new();

        public ConcurrentQueue<long> Closed { get; } = new();

        public FakeMonitor Start() => new(c => Answer(c) is { } answer ? answer.StartsWith("{\"error\"", StringComparison.Ordinal) || answer[0] == '\u00FF' ? answer : $$"""{"return": {{answer}}}""" : null, greeting: null);

        private string? Answer(JsonElement command)
        {
            switch (FakeMonitor.Name(command))
            {
                case "guest-sync-delimited":
                    return "\u00FF" + $$"""{"return": {{command.GetProperty("arguments").GetProperty("id").GetInt64()}}}""";
                case "guest-file-open":
                    return OnOpen();
                case "guest-file-read":
                    return OnRead();
                case "guest-file-write":
                    var bytes = command.GetProperty("arguments").GetProperty("buf-b64").GetBytesFromBase64();
                    Written.Enqueue(System.Text.Encoding.ASCII.GetString(bytes));
                    return $$"""{"count": {{OnWrite(bytes)}}, "eof": false}""";
                case "guest-file-seek":
                    return !CanSeek ? """{"error": {"class": "GenericError", "desc": "Illegal seek"}}""" : command.GetProperty("arguments").GetProperty("whence").GetString() == "end" ? """{"position": 42, "eof": false}""" : """{"position": 0, "eof": false}""";
                case "guest-file-close":
                    Closed.Enqueue(command.GetProperty("arguments").GetProperty("handle").GetInt64());
                    return "{}";
                default:
                    return "{}";
            }
        }
    }
}
