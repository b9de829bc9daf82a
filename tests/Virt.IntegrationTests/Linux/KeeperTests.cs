using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.IntegrationTests.Linux;

public sealed class KeeperTests
{
    [Fact]
    public async Task A_tool_gives_its_exit_code_and_all_of_its_output()
    {
        await using var fixture = new KeeperFixture();
        var result = await fixture.Keeper.RunToolAsync(KeeperFixture.Shell("seq 1 100000; echo oops >&2; exit 7"));
        Assert.Equal(7, result.ExitCode);
        Assert.Equal(string.Concat(Enumerable.Range(1, 100000).Select(n => $"{n}\n")), result.OutputText);
        Assert.Equal("oops\n", result.ErrorText);
    }

    [Fact]
    public async Task A_tool_is_searched_for_and_one_that_is_missing_is_an_error()
    {
        await using var fixture = new KeeperFixture();
        Assert.Equal(0, (await fixture.Keeper.RunToolAsync(["true"])).ExitCode);
        var error = await Assert.ThrowsAsync<LaunchException>(() => fixture.Keeper.RunToolAsync(["no-such-tool"]));
        Assert.Equal(LaunchStep.Execute, error.Step);
        Assert.Equal(Errno.ENOENT, error.Errno);
    }

    [Fact]
    public async Task Cancelling_a_tool_kills_it()
    {
        await using var fixture = new KeeperFixture();
        using var source = new CancellationTokenSource();
        var running = fixture.Keeper.RunToolAsync(KeeperFixture.Shell($"exec sleep 1000 {fixture.Folder} 2>/dev/null"), cancellation: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Many_processes_at_once_each_give_their_own_code()
    {
        await using var fixture = new KeeperFixture();
        var codes = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n => (await fixture.Keeper.RunToolAsync(KeeperFixture.Shell($"exit {n}"))).ExitCode));
        Assert.Equal(Enumerable.Range(0, 100), codes);
    }

    [Fact]
    public async Task Output_goes_to_the_log_line_by_line_with_its_stream()
    {
        await using var fixture = new KeeperFixture();
        var log = fixture.File("log");
        using var process = await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("echo one; echo two >&2; printf three") with { LogPath = log });
        await process.Exited;
        var entries = Read(log);
        Assert.Equal(["one", "three"], entries.Where(e => !e.IsError).Select(e => e.Line));
        Assert.Equal(["two"], entries.Where(e => e.IsError).Select(e => e.Line));
        Assert.All(entries, e => Assert.True(DateTimeOffset.UtcNow - e.Time < TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task A_line_of_a_megabyte_and_bytes_of_any_value_come_back_whole()
    {
        await using var fixture = new KeeperFixture();
        var log = fixture.File("log");
        using var process = await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("head -c 500000 /dev/zero | tr '\\0' x; echo; printf 'ü€\\n\\n'") with { LogPath = log });
        await process.Exited;
        Assert.Equal([new string('x', 500000), "ü€", ""], Read(log).Select(e => e.Line));
    }

    [Fact]
    public async Task What_ends_while_no_agent_is_there_leaves_its_code_and_its_output()
    {
        await using var fixture = new KeeperFixture();
        var spec = KeeperFixture.Shell($"read line < {fixture.File("go")}; echo after; exit 42") with { LogPath = fixture.File("log"), ExitPath = fixture.File("exit") };
        await fixture.Keeper.RunToolAsync(["mkfifo", fixture.File("go")]);
        (await fixture.Keeper.LaunchAsync(spec)).Dispose();
        fixture.Keeper.Dispose();
        await File.WriteAllTextAsync(fixture.File("go"), "go\n", TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => File.Exists(fixture.File("exit")), "the exit file");
        Assert.Equal(42, ExitFile.Read(fixture.File("exit"))!.Value.Code);
        Assert.Equal(["after"], Read(fixture.File("log")).Select(e => e.Line));
    }

    [Fact]
    public async Task The_next_agent_finds_what_lives_and_learns_its_end()
    {
        await using var fixture = new KeeperFixture();
        var spec = KeeperFixture.Shell("exec sleep 1000");
        var identity = (await fixture.Keeper.LaunchAsync(spec)).Identity;
        var found = Assert.Single(await fixture.Reconnect().ListAsync());
        Assert.Equal(spec.Id, found.Id);
        Assert.Equal(identity, found.Identity);
        Assert.False(found.Exited.IsCompleted);
        found.Signal(Signals.Kill);
        Assert.Equal(137, (await found.Exited).Code);
        Assert.Empty(await fixture.Keeper.ListAsync());
    }

    [Fact]
    public async Task Two_living_processes_cannot_have_the_same_id()
    {
        await using var fixture = new KeeperFixture();
        var spec = KeeperFixture.Shell("exec sleep 1000");
        using var first = await fixture.Keeper.LaunchAsync(spec);
        var error = await Assert.ThrowsAsync<LaunchException>(() => fixture.Keeper.LaunchAsync(spec));
        Assert.Equal(Errno.EEXIST, error.Errno);
        first.Signal(Signals.Kill);
        await first.Exited;
    }

    [Fact]
    public async Task Without_its_keeper_a_process_runs_on_and_its_end_is_seen()
    {
        await using var fixture = new KeeperFixture();
        using var process = await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("exec sleep 1000"));
        using (var keeper = Process.GetProcessById(fixture.ProcessId))
        {
            keeper.Kill();
            await Poll.UntilAsync(() => keeper.HasExited, "the end of the keeper");
        }

        Assert.False(process.PidFd.HasEnded);
        Assert.Equal(0, (await fixture.Keeper.RunToolAsync(["true"])).ExitCode); // another keeper
        process.Signal(Signals.Kill);
        Assert.NotEqual(default, (await process.Exited).Time);
    }

    [Fact]
    public async Task One_that_is_let_go_of_while_it_is_waited_for_leaves_the_wait_for_the_next_alone()
    {
        await using var fixture = new KeeperFixture();
        using var first = await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("exec sleep 1000"));
        using var second = await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("exec sleep 1000"));
        KeptProcess.Adopt(first.Id, first.Identity)!.Dispose();
        using var adopted = KeptProcess.Adopt(second.Id, second.Identity)!; // gets the descriptor's number that has become free
        second.Signal(Signals.Kill);
        await Poll.UntilAsync(() => adopted.Exited.IsCompleted, "the end of the second");
        Assert.Equal(137, (await adopted.Exited).Code);
        first.Signal(Signals.Kill);
        await first.Exited;
    }

    [Fact]
    public async Task The_keeper_takes_no_notice_of_polite_signals_and_its_children_start_with_clean_ones()
    {
        await using var fixture = new KeeperFixture();
        await fixture.Keeper.EnsureStartedAsync();
        var keeper = fixture.ProcessId;
        await fixture.Keeper.RunToolAsync(["kill", "-TERM", $"{keeper}"]);
        await fixture.Keeper.RunToolAsync(["kill", "-HUP", $"{keeper}"]);
        var status = (await fixture.Keeper.RunToolAsync(["cat", "/proc/self/status"])).OutputText;
        Assert.Equal(keeper, fixture.ProcessId);
        Assert.Equal("0000000000000000", Field(status, "SigBlk"));
        Assert.Equal("0000000000000000", Field(status, "SigIgn"));
    }

    [Fact]
    public async Task An_unprivileged_process_has_its_user_no_rights_and_its_descriptors()
    {
        await using var fixture = new KeeperFixture();
        File.SetUnixFileMode(fixture.Folder, (UnixFileMode)0x1ED);
        var (read, write) = FileHandles.CreatePipe();
        ToolResult result;
        using (write)
        {
            result = await fixture.Keeper.RunToolAsync(KeeperFixture.Shell("cat /proc/self/status; pwd; ls /proc/self/fd | wc -l; ulimit -n; echo hello >&4") with
            {
                UserId = 12345,
                GroupId = 54321,
                Groups = [7, 8],
                WorkingDirectory = fixture.Folder,
                Descriptors = [read, write],
                Limits = [new ResourceLimit(ResourceLimit.OpenFiles, 100, 200)],
            });
        }

        await using var stream = Tool.ReadingStream(read);
        using var reader = new StreamReader(stream);
        var lines = result.OutputText.Split('\n');
        Assert.Equal("12345\t12345\t12345\t12345", Field(result.OutputText, "Uid"));
        Assert.Equal("54321\t54321\t54321\t54321", Field(result.OutputText, "Gid"));
        Assert.Equal("7 8", Field(result.OutputText, "Groups"));
        Assert.All((string[])["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"], c => Assert.Equal("0000000000000000", Field(result.OutputText, c)));
        Assert.Equal("1", Field(result.OutputText, "NoNewPrivs"));
        Assert.Equal([fixture.Folder, "6", "100"], lines[^4..^1]); // 0 to 4 and the folder that ls reads
        Assert.Equal("hello", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_keeper_is_small_and_holds_nothing_of_the_agents()
    {
        await using var fixture = new KeeperFixture();
        await fixture.Keeper.EnsureStartedAsync();
        var maps = await File.ReadAllTextAsync($"/proc/{fixture.ProcessId}/smaps_rollup", TestContext.Current.CancellationToken);
        var kilobytes = int.Parse(Field(maps, "Private_Dirty").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(kilobytes, 0, 1024);
        // Its own three, epoll, eventfd, /dev/null, the folder's lock, the listener, the agent.
        Assert.InRange(Directory.GetFileSystemEntries($"/proc/{fixture.ProcessId}/fd").Length, 3, 10);
    }

    [Fact]
    public async Task The_keeper_ends_when_it_has_neither_an_agent_nor_children()
    {
        await using var fixture = new KeeperFixture();
        (await fixture.Keeper.LaunchAsync(KeeperFixture.Shell("exec sleep 1000"))).Dispose();
        var process = Assert.Single(await fixture.Reconnect().ListAsync());
        process.Signal(Signals.Kill);
        await process.Exited;
        Assert.NotEmpty(TestHost.ProcessesOf(fixture.Socket));
        fixture.Keeper.Dispose();
        await Poll.UntilAsync(() => TestHost.ProcessesOf(fixture.Socket).Count == 0, "the keeper's end");
        Assert.False(File.Exists(fixture.Socket));
    }

    private static string Field(string text, string name) => text.Split('\n').First(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    private static List<LogEntry> Read(string path)
    {
        var entries = new List<LogEntry>();
        var parser = new LogParser();
        parser.Feed(File.ReadAllBytes(path), entries);
        parser.Finish(entries);
        return entries;
    }
}
