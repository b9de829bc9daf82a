using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>What runs in a container: listed, measured, at a terminal, and ended with all that it has started.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task A_command_that_takes_too_long_is_killed_with_all_that_it_has_started()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var error = host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand
        {
            Id = container.Id,
            Command = ["/bin/sh", "-c", "setsid sleep 2001 & (setsid sh -c 'sleep 2002 & sleep 2003' &) ; sleep 2004"],
            Timeout = TimeSpan.FromMilliseconds(400),
        });
        Assert.Equal((ErrorCode.Timeout, "CommandTimeout"), (error.Code, error.Id));
        await Poll.UntilAsync(() => Processes(host, container).Count == 1, "the end of all of them: " + string.Join(", ", Processes(host, container)));
        Assert.Equal("still\n", host.Exec(container, "echo still").Output);
    }

    [Fact]
    public async Task What_a_command_leaves_running_goes_on_when_it_ends_and_ends_with_the_container()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        host.Exec(container, "sleep 2005 >/dev/null 2>&1 & true");
        Assert.Contains("sleep 2005", Processes(host, container));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
    }

    [Fact]
    public async Task Processes_have_the_ids_that_they_have_in_it()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("sleep 3001 & exec sleep 3002") with { User = "1000:1000" });
        await Poll.UntilAsync(() => Processes(host, container).Count(command => command.StartsWith("sleep ", StringComparison.Ordinal)) == 2, "both, and the shell has become one");
        var items = host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items;
        Assert.Equal([(1, 0, "sleep 3002", 1000L), (items[1].ProcessId, 1, "sleep 3001", 1000L)], items.Select(p => (p.ProcessId, p.ParentId, p.Command, p.UserId)));
        Assert.Equal(container.ProcessId, items[0].HostProcessId);
        Assert.InRange(items[0].StartTime, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.True(items[0].MemoryBytes > 0);
    }

    [Fact]
    public async Task What_it_uses_is_measured_once_or_until_it_ends()
    {
        await using var host = await TestHost.StartAsync();
        var busy = host.Run(ContainerHost.Script("while :; do :; done") with { MemoryBytes = 32 << 20 });
        var once = Measure(host, new MeasureContainer { Id = busy.Id });
        var one = Assert.Single(once);
        Assert.True(one.CpuPercent > 1, $"{one.CpuPercent} %");
        Assert.True(one.MemoryBytes > 0 && one.ProcessCount >= 1 && one.CpuTime > TimeSpan.Zero);
        Assert.Equal("33554432 0 0", $"{one.MemoryLimitBytes} {one.ReceivedBytes} {one.SentBytes}");
        var brief = host.Run(ContainerHost.Script("sleep 0.5"));
        Assert.NotEmpty(Measure(host, new MeasureContainer { Id = brief.Id, Continuous = true, Interval = TimeSpan.FromMilliseconds(20) }));
    }

    [Fact]
    public async Task At_a_terminal_what_is_typed_is_seen_and_the_window_has_its_size()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        using var other = VirtClient.Connect(host.Endpoint, "tests/1");
        var screen = new Screen();
        var id = Guid.NewGuid();
        screen.Shown = text =>
        {
            if (screen.Step == 0 && text.Contains("# ", StringComparison.Ordinal))
            {
                screen.Step = 1;
                Type("stty size; tty; ps -o tty= 2>/dev/null; echo \"got:$(id -u)\"\n");
            }
            else if (screen.Step == 1 && text.Contains("got:0", StringComparison.Ordinal))
            {
                screen.Step = 2;
                other.Invoke(Methods.TypeContainer, new TypeContainer { Terminal = id, Columns = 101, Rows = 43 });
                Type("sh -c 'stty size; exec sleep 1000'\n"); // one job: what is shown is shown by what Ctrl+C ends
            }
            else if (screen.Step == 2 && text.Contains("43 101", StringComparison.Ordinal))
            {
                screen.Step = 3;
                Type("\u0003"); // Ctrl+C ends the sleep, and not the shell
            }
            else if (screen.Step == 3 && text.LastIndexOf("# ", StringComparison.Ordinal) > text.LastIndexOf("^C", StringComparison.Ordinal) && text.Contains("^C", StringComparison.Ordinal))
            {
                screen.Step = 4;
                Type("exit 7\n"); // at its prompt: what is typed before, Ctrl+C and the shell throw away
            }
        };
        var exit = host.Client.Invoke(Methods.EnterContainer, new EnterContainer { Id = container.Id, Terminal = id, Columns = 90, Rows = 30 }, observer: screen);
        Assert.Equal(7, exit.ExitCode);
        Assert.Contains("30 90", screen.Text.ToString());
        Assert.Contains("/dev/pts/0", screen.Text.ToString());
        Assert.Equal("TerminalClosed", host.Refused(Methods.TypeContainer, new TypeContainer { Terminal = id }).Id);
        Assert.Single(Processes(host, container));

        void Type(string text) => other.Invoke(Methods.TypeContainer, new TypeContainer { Terminal = id, Bytes = Encoding.UTF8.GetBytes(text) });
    }

    [Fact]
    public async Task A_log_does_not_grow_beyond_its_limit_and_its_end_is_read_over_both_files()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("seq 1 20000") with { LogBytes = 100_000 });
        var folder = Path.Combine(host.StateFolder, "containers", $"{container.Id}");
        Assert.InRange(new FileInfo(Path.Combine(folder, "log")).Length + new FileInfo(Path.Combine(folder, "log.1")).Length, 100_000, 400_000);
        var lines = host.Log(container);
        Assert.Equal("20000", lines[^1]);
        Assert.Equal(lines, Enumerable.Range(20001 - lines.Count, lines.Count).Select(n => $"{n}"));
        Assert.Equal(lines.TakeLast(lines.Count - 5), host.Log(container, tail: lines.Count - 5));
        Assert.Equal(["20000"], host.Log(container, tail: 1));
    }

    [Fact]
    public async Task A_log_that_is_begun_anew_is_followed()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("for i in $(seq 1 400); do echo \"$i ............................................................\"; [ $((i % 20)) = 0 ] && sleep 0.03; done") with { LogBytes = 20_000 });
        var lines = host.Log(container, follow: true).Select(l => int.Parse(l.Split(' ')[0])).ToList();
        Assert.Equal(Enumerable.Range(401 - lines.Count, lines.Count), lines);
        Assert.True(lines.Count > 300, $"{lines.Count}");
    }

    private static List<string> Processes(TestHost host, Container container) =>
        [.. host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items.Select(p => p.Command)];

    private static List<ContainerMeasurement> Measure(TestHost host, MeasureContainer request)
    {
        var items = new Screen();
        host.Invoke(Methods.MeasureContainer, request, items);
        return items.Measured;
    }

    private sealed class Screen : ICallObserver
    {
        public StringBuilder Text { get; } = new();

        public int Step { get; set; }

        public Action<string> Shown { get; set; } = static _ => { };

        public List<ContainerMeasurement> Measured { get; } = [];

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
            Text.Append(Encoding.UTF8.GetString(bytes));
            Shown(Text.ToString());
        }

        public void OnItem(Message message) => Measured.Add(MessageCodec.ReadValue(message, ContainerMeasurement.WireFormat.Read));
    }
}
