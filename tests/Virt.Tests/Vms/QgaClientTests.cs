using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qga;
using Virt.Tests.Common;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class QgaClientTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_is_answered_after_a_sync()
    {
        await using var agent = Agent(static c => FakeMonitor.Name(c) == "guest-ping" ? """{"return": {}}""" : null);
        await using var client = Client(agent);
        await client.PingAsync(Long, Cancellation);
    }

    [Fact]
    public async Task What_was_said_before_the_sync_is_skipped()
    {
        await using var agent = Agent(static c => FakeMonitor.Name(c) == "guest-ping" ? """{"return": {}}""" : null);
        await agent.SayAsync("""{"return": {"old": 1}}""");
        await agent.SayAsync("garbage");
        await using var client = Client(agent);
        Assert.Empty((await client.ExecuteAsync("guest-ping", null, Long, Cancellation)).EnumerateObject());
    }

    [Fact]
    public async Task After_a_timeout_the_late_answer_is_not_taken_for_the_next_ones()
    {
        var isLate = true;
        FakeMonitor agent = null!;
        agent = Agent(c => FakeMonitor.Name(c) switch
        {
            "slow" => isLate ? null : """{"return": "slow"}""",
            _ => """{"return": "fast"}""",
        });
        await using var disposing = agent;
        await using var client = Client(agent);
        await Assert.ThrowsAsync<TimeoutException>(() => client.ExecuteAsync("slow", null, TimeSpan.FromMilliseconds(50), Cancellation));
        isLate = false;
        await agent.SayAsync("""{"return": "slow"}""");
        Assert.Equal("fast", (await client.ExecuteAsync("fast", null, Long, Cancellation)).GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_may_be_another_or_answers_garbage_is_asked_to_sync_first(bool isAnother)
    {
        var isLiar = false;
        await using var agent = new FakeMonitor(
            c => isLiar ? "garbage" : FakeMonitor.Name(c) == "guest-sync-delimited" ? Sync(c) : """{"return": 7}""",
            greeting: null);
        await using var client = Client(agent);
        Assert.Equal(7, (await client.ExecuteAsync("x", null, Long, Cancellation)).GetInt32());
        isLiar = true;
        if (isAnother)
        {
            client.MeetAnother();
        }
        else
        {
            Assert.False((await Assert.ThrowsAsync<QgaException>(() => client.ExecuteAsync("x", null, Long, Cancellation))).IsAnswer);
        }

        await Assert.ThrowsAsync<TimeoutException>(() => client.ExecuteAsync("x", null, TimeSpan.FromMilliseconds(50), Cancellation));
        isLiar = false;
        Assert.Equal(7, (await client.ExecuteAsync("x", null, Long, Cancellation)).GetInt32());
    }

    [Fact]
    public async Task A_guest_that_has_not_booted_is_a_timeout_that_names_the_command()
    {
        await using var agent = new FakeMonitor(static _ => null, greeting: null);
        await using var client = Client(agent);
        var e = await Assert.ThrowsAsync<TimeoutException>(() => client.PingAsync(TimeSpan.FromMilliseconds(20), Cancellation));
        Assert.Contains("guest-ping", e.Message);
    }

    [Fact]
    public async Task A_channel_that_QEMU_has_stopped_is_opened_again()
    {
        var time = new ManualTime(DateTimeOffset.UnixEpoch);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopped = new FakeMonitor(
            _ =>
            {
                asked.TrySetResult();
                return null;
            },
            greeting: null);
        await using var agent = Agent(static _ => """{"return": {}}""");
        var channels = new Queue<FakeMonitor>([stopped, agent]);
        await using var client = new QgaClient(() => channels.Dequeue().Near, time);
        var answer = client.PingAsync(Long, Cancellation);
        await Deadline.Await(asked.Task, "the first question");
        time.Advance(Long / 10);
        await Deadline.Await(answer, "the answer over the second channel");
        Assert.Empty(channels);
    }

    [Fact]
    public async Task Nothing_is_opened_any_more_once_it_is_disposed()
    {
        await using var agent = Agent(static _ => """{"return": {}}""");
        var client = Client(agent);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => client.PingAsync(Long, Cancellation));
    }

    [Fact]
    public async Task A_refusal_is_an_exception_with_its_class()
    {
        await using var agent = Agent(static _ => """{"error": {"class": "CommandNotFound", "desc": "disabled"}}""");
        await using var client = Client(agent);
        var e = await Assert.ThrowsAsync<QgaException>(() => client.PingAsync(Long, Cancellation));
        Assert.True(e.IsNotSupported);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"error": 1}""")]
    public async Task What_is_no_answer_is_refused(string answer)
    {
        await using var agent = Agent(_ => answer);
        await using var client = Client(agent);
        await Assert.ThrowsAsync<QgaException>(() => client.PingAsync(Long, Cancellation));
    }

    [Fact]
    public async Task Addresses_are_without_loopback_and_link_local_ones()
    {
        await using var agent = Agent(static _ => """
            {"return": [
              {"name": "lo", "ip-addresses": [{"ip-address": "127.0.0.1", "ip-address-type": "ipv4", "prefix": 8}]},
              {"name": "down"},
              {"name": "eth0", "ip-addresses": [{"ip-address": "10.0.2.15"}, {"ip-address": "fe80::1"}, {"ip-address": "169.254.7.7"}, {"ip-address": "fec0::2"}, {"ip-address": "no address"}]}
            ]}
            """.ReplaceLineEndings(""));
        await using var client = Client(agent);
        Assert.Equal(["10.0.2.15", "fec0::2"], (await client.GetAddressesAsync(Long, Cancellation)).Select(static a => a.ToString()));
    }

    [Fact]
    public async Task A_program_is_polled_to_its_end_and_its_output_decoded()
    {
        var polls = 0;
        JsonElement sent = default;
        await using var agent = Agent(c =>
        {
            if (FakeMonitor.Name(c) == "guest-exec")
            {
                sent = c.GetProperty("arguments").Clone();
                return """{"return": {"pid": 12}}""";
            }

            return ++polls < 3 ? """{"return": {"exited": false}}""" : """{"return": {"exited": true, "exitcode": 3, "out-data": "aGk=", "err-data": "bm8="}}""";
        });
        await using var client = Client(agent);
        var result = await client.RunAsync(["cat", "-n"], new Dictionary<string, string> { ["A"] = "1" }, "x"u8.ToArray(), Cancellation);
        Assert.Equal((3, "hi", "no"), (result.ExitCode, System.Text.Encoding.ASCII.GetString(result.Output), System.Text.Encoding.ASCII.GetString(result.Error)));
        Assert.Null(result.Signal);
        Assert.Equal("cat", sent.GetProperty("path").GetString());
        Assert.Equal(["-n"], sent.GetProperty("arg").EnumerateArray().Select(static a => a.GetString()));
        Assert.Equal("eA==", sent.GetProperty("input-data").GetString());
        Assert.Contains("A=1", sent.GetProperty("env").EnumerateArray().Select(static a => a.GetString()));
        Assert.Contains(sent.GetProperty("env").EnumerateArray(), static a => a.GetString()!.StartsWith("PATH=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "sh")]
    [InlineData(false, "sh|kill -KILL 77")]
    public async Task A_cancelled_program_is_killed_with_all_below_it_or_alone_where_there_is_no_shell(bool hasShell, string ran)
    {
        var commands = new List<string>();
        using var cancel = new CancellationTokenSource();
        await using var agent = Agent(c =>
        {
            if (FakeMonitor.Name(c) == "guest-exec-status")
            {
                var isKill = c.GetProperty("arguments").GetProperty("pid").GetInt64() == 78;
                cancel.Cancel();
                return isKill ? """{"return": {"exited": true, "exitcode": 0}}""" : """{"return": {"exited": false}}""";
            }

            var path = c.GetProperty("arguments").GetProperty("path").GetString()!;
            if (path == "sleep")
            {
                return """{"return": {"pid": 77}}""";
            }

            var arguments = c.GetProperty("arguments").GetProperty("arg").EnumerateArray().Select(static a => a.GetString()).ToArray();
            commands.Add(path == "sh" ? path : $"{path} {string.Join(' ', arguments)}");
            return (path, arguments[^1], hasShell) switch
            {
                ("sh", "77", true) or ("kill", "77", _) => """{"return": {"pid": 78}}""",
                _ => """{"error": {"class": "GenericError", "desc": "No such file or directory"}}""",
            };
        });
        await using var client = Client(agent);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.RunAsync(["sleep", "1000"], NoEnvironment, null, cancel.Token));
        Assert.Equal(ran, string.Join('|', commands));
    }

    [Fact]
    public async Task A_file_is_read_to_its_end_and_closed()
    {
        var reads = 0;
        var isClosed = false;
        await using var agent = Agent(c => FakeMonitor.Name(c) switch
        {
            "guest-file-open" => """{"return": 1000}""",
            "guest-file-read" => reads++ == 0 ? """{"return": {"count": 2, "buf-b64": "YWI=", "eof": false}}""" : """{"return": {"count": 1, "buf-b64": "Yw==", "eof": true}}""",
            _ => Closed(c),
        });
        await using var client = Client(agent);
        Assert.Equal("abc"u8.ToArray(), await client.ReadFileAsync("/proc/net/tcp", 100, Long, Cancellation));
        Assert.True(isClosed);

        string Closed(JsonElement c)
        {
            isClosed = c.GetProperty("arguments").GetProperty("handle").GetInt32() == 1000;
            return """{"return": {}}""";
        }
    }

    // Syncs are answered as qemu-ga does: the byte, and the id.
    private static FakeMonitor Agent(Func<JsonElement, string?> reply) => new(
        c => FakeMonitor.Name(c) == "guest-sync-delimited" ? Sync(c) : reply(c),
        greeting: null);

    private static string Sync(JsonElement command) => "\u00FF" + $$"""{"return": {{command.GetProperty("arguments").GetProperty("id").GetInt64()}}}""";

    private static QgaClient Client(FakeMonitor agent) => new(() => agent.Near, TimeProvider.System);
}
