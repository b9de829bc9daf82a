using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Restart, suspend and resume, signals, rename, and settings that change.</summary>
public sealed class ChangeTests
{
    private const string Counting = "trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); echo $i >/i; sleep 0.02; done";

    [Fact]
    public async Task A_restart_is_another_run_over_the_same_files()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("trap 'exit 0' TERM; echo run >>/runs; while :; do sleep 0.02; done", "web"));
        await Poll.UntilAsync(() => host.Exec(container, "wc -l </runs 2>/dev/null").Output == "1\n", "the first run");
        var again = host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id });
        Assert.Equal((ContainerState.Running, container.Id), (again.State, again.Id));
        Assert.NotEqual(container.ProcessId, again.ProcessId);
        await Poll.UntilAsync(() => host.Exec(container, "wc -l </runs").Output == "2\n", "the second run");
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id });
        Assert.Equal(ContainerState.Running, host.Invoke(Methods.RestartContainer, new RestartContainer { Name = "web", TurnOff = true }).State);
    }

    [Fact]
    public async Task A_suspended_container_stands_still_and_goes_on_where_it_was()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script(Counting));
        var file = Path.Combine(host.StateFolder, "containers", $"{container.Id}", "upper", "i");
        await Poll.UntilAsync(() => Read(file) > 3, "the count");
        Assert.Equal(ContainerState.Paused, host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = container.Id }).State);
        Assert.Equal(ErrorCode.WrongState, host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["true"] }).Code);
        var states = host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items;
        Assert.NotEmpty(states);

        // A restarted agent finds it as it is.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(ContainerState.Paused, host.Get(container).State);
        var stood = Read(file);
        Assert.Equal(ContainerState.Running, host.Invoke(Methods.ResumeContainer, new ResumeContainer { Id = container.Id }).State);
        await Poll.UntilAsync(() => Read(file) > stood, "the count to go on");
        Assert.Equal(ErrorCode.WrongState, host.Refused(Methods.ResumeContainer, new ResumeContainer { Id = container.Id }).Code);

        static int Read(string file) => File.Exists(file) && int.TryParse(File.ReadAllText(file), out var count) ? count : 0;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_suspended_container_can_be_stopped_and_removed(bool remove)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script(Counting));
        await Poll.UntilAsync(() => host.Exec(container, "cat /i").Exit.ExitCode == 0, "the trap");
        host.Invoke(Methods.SuspendContainer, new SuspendContainer { Id = container.Id });
        if (remove)
        {
            host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
            Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        }
        else
        {
            Assert.Equal((ContainerState.Stopped, 0), (host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id }).State, host.Get(container).ExitCode));
        }
    }

    [Fact]
    public async Task A_signal_is_sent_and_nothing_else_is_done()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("trap 'echo hup' HUP; echo ready; while :; do sleep 0.02; done"));
        await Poll.UntilAsync(() => host.Log(container).Count == 1, "the trap");
        Assert.Equal(ContainerState.Running, host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Signal = "SIGHUP" }).State);
        await Poll.UntilAsync(() => host.Log(container).Contains("hup"), "the signal");
        Assert.Equal("InvalidSignal", host.Refused(Methods.StopContainer, new StopContainer { Id = container.Id, Signal = "NOPE" }).Id);
    }

    [Fact]
    public async Task Another_name_is_kept_and_one_that_is_taken_is_refused()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "old"));
        host.Invoke(Methods.NewContainer, ContainerHost.Script("true", "other"));
        Assert.Equal("new", host.Invoke(Methods.RenameContainer, new RenameContainer { Name = "old", NewName = "new" }).Name);
        var taken = host.Refused(Methods.RenameContainer, new RenameContainer { Name = "new", NewName = "OTHER" });
        Assert.Equal((ErrorCode.AlreadyExists, "Cannot rename container 'new': a container named 'OTHER' exists already."), (taken.Code, taken.Message));
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(("new", "new"), (host.Get(container).Name, host.Get(container).HostName));
        Assert.Equal("old\n", host.Exec(container, "hostname").Output);
        Assert.Equal("NEW", host.Invoke(Methods.RenameContainer, new RenameContainer { Name = "new", NewName = "NEW" }).Name);
    }

    [Fact]
    public async Task Limits_change_while_it_runs()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { MemoryBytes = 32 << 20 });
        var changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, MemoryBytes = 64 << 20, CpuCount = 0.5, ProcessCount = 50, CpuShares = 512, Labels = new() { ["a"] = "b" } });
        Assert.Equal($"67108864 0.5 50 {container.ProcessId} b ", FormattableString.Invariant($"{changed.MemoryLimitBytes} {changed.CpuCountLimit} {changed.ProcessCountLimit} {changed.ProcessId} {changed.Labels["a"]} {changed.Status}"));
        Assert.Equal(
            "67108864 50000 50 512 ",
            host.Exec(container, "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max cpu/cpu.shares 2>/dev/null || cat cpu*/cpu.cfs_quota_us | tr '\\n' ' '").Output.Replace('\n', ' '));
        changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, MemoryBytes = 0, CpuCount = 0, ProcessCount = 0, CpuShares = 0, ReservedMemoryBytes = 16 << 20 });
        Assert.Equal($"    {container.ProcessId}", $"{changed.MemoryLimitBytes} {changed.CpuCountLimit} {changed.ProcessCountLimit} {changed.CpuShares} {changed.ProcessId}");
        Assert.Equal("max 1024 16777216 ", host.Exec(container, "cd /sys/fs/cgroup; cat pids/pids.max cpu/cpu.shares memory/memory.soft_limit_in_bytes").Output.Replace('\n', ' '));
    }

    [Fact]
    public async Task The_processors_that_it_may_use_change_while_it_runs()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("sleep 1000 & exec sleep 1000"));
        const string Look = "grep -h Cpus_allowed_list /proc/[0-9]*/status | sort -u | cut -f2";
        var all = host.Exec(container, Look).Output;
        foreach (var (set, expected) in new[] { ("0", "0\n"), ("", all), ("1", "1\n"), ("0", "0\n") })
        {
            var changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, CpuSet = set });
            Assert.Equal((container.ProcessId, set, ""), (changed.ProcessId, changed.CpuSet, changed.Status));
            Assert.Equal((set, expected), (set, host.Exec(container, Look).Output));
        }

        // The next agent, and the next start, have them too.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        Assert.Equal("0\n", host.Exec(container, Look).Output);
    }

    [Fact]
    public async Task What_cannot_change_while_it_runs_starts_it_anew_and_keeps_what_it_wrote()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("[ -e /mine ] || echo x >/mine; exec sleep 1000") with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Exit.ExitCode == 0, "the file");
        var changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Environment = new() { ["A"] = "2" }, HostName = "other" });
        Assert.Equal((ContainerState.Running, container.Id, "other"), (changed.State, changed.Id, changed.HostName));
        Assert.NotEqual(container.ProcessId, changed.ProcessId);
        Assert.Contains("started anew", changed.Status);
        Assert.Equal("x 2 other\n", host.Exec(container, "echo $(cat /mine) $A $(hostname)").Output);
        Assert.Equal("", host.Get(container).Status);
    }

    [Fact]
    public async Task Where_it_cannot_be_started_as_it_should_be_it_is_as_it_was()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "web") with { StopTimeout = TimeSpan.FromMilliseconds(50) });
        host.Exec(container, "echo none >/bin/broken; chmod 755 /bin/broken");
        var error = host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, Command = ["broken"] });
        Assert.Equal("ProgramNotExecutable", error.Id);
        Assert.StartsWith("Cannot start container 'web': 'broken' cannot be executed (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("); it runs again as it was.", error.Message, StringComparison.Ordinal);
        var now = host.Get(container);
        Assert.Equal(ContainerState.Running, now.State);
        Assert.Contains("exec sleep 1000", now.Command);
        Assert.Equal("InvalidMemoryBytes", host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, MemoryBytes = 5 }).Id);
    }

    [Fact]
    public async Task What_can_be_known_before_it_is_stopped_is_an_error_that_leaves_it_alone()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "web"));
        host.Exec(container, "echo none >/bin/plain; mkdir -p /bin/folder /srv/bin; cp /bin/busybox /srv/bin/busybox");
        const string Missing = "Cannot change container 'web': its file system has no program";
        (SetContainer Request, string Says)[] wrong =
        [
            (new SetContainer { Command = ["tpyo"] }, $"{Missing} 'tpyo'."),
            (new SetContainer { Command = ["/bin/tpyo"] }, $"{Missing} '/bin/tpyo'."),
            (new SetContainer { Command = ["folder"] }, $"{Missing} 'folder'."),
            (new SetContainer { Entrypoint = ["own"] }, $"{Missing} 'own'."),
            (new SetContainer { Environment = new() { ["PATH"] = "/none" }, Command = ["sleep", "1"] }, $"{Missing} 'sleep'."),
            (new SetContainer { Command = ["plain"] }, "Cannot change container 'web': 'plain' cannot be executed: its file has no right to it."),
            (new SetContainer { User = "nobdy" }, "Cannot change container 'web': the image's /etc/passwd has no user 'nobdy'."),
            (new SetContainer { AdditionalGroups = ["nogruop"] }, "Cannot change container 'web': the image's /etc/group has no group 'nogruop'."),
        ];
        foreach (var (request, says) in wrong)
        {
            var asked = request with { Id = container.Id };
            Assert.Equal(says, host.Refused(Methods.SetContainer, asked).Message);
            Assert.Equal(says, Assert.Throws<VirtException>(() => host.Client.Invoke(Methods.SetContainer, asked, new() { WhatIf = true })).Message);
        }

        var now = host.Get(container);
        Assert.Equal((ContainerState.Running, container.ProcessId), (now.State, now.ProcessId));
        var changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Environment = new() { ["PATH"] = "/srv/bin:/bin" }, WorkingDirectory = "/srv", Command = ["bin/busybox", "sleep", "1000"], StopTimeout = TimeSpan.FromMilliseconds(50), User = "7" });
        Assert.Equal(ContainerState.Running, changed.State);
        Assert.NotEqual(container.ProcessId, changed.ProcessId);
    }

    [Fact]
    public async Task A_stopped_one_is_changed_for_its_next_start()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("echo $A"));
        host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Environment = new() { ["A"] = "new" } });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        host.WaitFor(container, WaitCondition.Stopped);
        Assert.Equal("new", host.Log(container)[^1]);
    }

    [Fact]
    public async Task Fifty_starts_and_stops_of_one_name_at_once_end_in_one_state()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Invoke(Methods.NewContainer, ContainerHost.Script("exec sleep 1000", "busy"));
        var errors = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Task.Run(() =>
        {
            using var client = Virt.Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/1");
            try
            {
                if (n % 2 == 0)
                {
                    client.Invoke(Methods.StartContainer, new StartContainer { Name = "busy" });
                }
                else
                {
                    client.Invoke(Methods.StopContainer, new StopContainer { Name = "busy", TurnOff = true });
                }

                return null;
            }
            catch (VirtException e)
            {
                return e;
            }
        })));
        Assert.All(errors.OfType<VirtException>(), e => Assert.Equal(ErrorCode.WrongState, e.Code));
        Assert.Contains(host.Get(container).State, new[] { ContainerState.Running, ContainerState.Stopped });
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
    }
}
