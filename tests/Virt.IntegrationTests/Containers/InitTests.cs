using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>The init of our own that a container may have as its first process (docs/adr/0015-init.md).</summary>
public sealed class InitTests
{
    [Fact]
    public async Task The_command_is_the_inits_child_in_a_session_of_its_own_and_no_file_holds_the_init()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(new NewContainer { Image = ContainerHost.Image, Command = ["sleep", "1000"], Init = true });
        Assert.True(container.Init);
        Assert.Equal("virt-init -- sleep 1000", host.Exec(container, "cat /proc/1/comm | tr '\\n' ' '; tr '\\0' ' ' </proc/1/cmdline | cut -d' ' -f2-4").Output.TrimEnd());
        var command = host.Exec(container, "for p in /proc/[0-9]*; do [ \"$(cat $p/comm)\" = sleep ] && cut -d' ' -f4-6 $p/stat; done").Output.Trim().Split(' ');
        Assert.Equal("1", command[0]);
        Assert.Equal(command[1], command[2]); // its own group and session
        Assert.NotEqual("1", command[2]);
        Assert.StartsWith("/memfd:virt-init", host.Exec(container, "readlink /proc/1/exe").Output, StringComparison.Ordinal);
        Assert.Equal("0\n", host.Exec(container, "find / -xdev -name '*virt-init*' | wc -l").Output);
    }

    [Fact]
    public async Task Nothing_in_the_container_can_change_the_init_nor_hold_what_its_start_needed()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(new NewContainer { Image = ContainerHost.Image, Command = ["sleep", "1000"], Init = true, Privileged = true });
        Assert.Equal("no\n", host.Exec(container, "(echo x >>/proc/1/exe) 2>/dev/null || echo no").Output);
        // With all rights one may read what it has open: input, output and error.
        Assert.Equal("0 1 2\n", host.Exec(container, "echo $(ls /proc/1/fd)").Output);
        Assert.Equal("0 1 2\n", host.Exec(container, "for p in /proc/[0-9]*; do [ \"$(cat $p/comm)\" = sleep ] && echo $(ls $p/fd); done").Output);
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("exit 0", 0)]
    public async Task It_ends_with_the_code_of_its_command(string script, int code)
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(code, host.RunToEnd(ContainerHost.Script(script) with { Init = true }).ExitCode);
    }

    [Fact]
    public async Task Orphans_are_reaped_which_without_it_stay_as_zombies()
    {
        await using var host = await TestHost.StartAsync();
        // The subshells' children outlive their parents, and the shell that would have reaped them.
        const string Orphans = "for i in 1 2 3 4 5; do (sh -c 'echo >>/started; exec sleep 0.5' &); done; exec sleep 1000";
        var with = host.Run(ContainerHost.Script(Orphans) with { Init = true });
        var without = host.Run(ContainerHost.Script(Orphans));
        const string Zombies = "grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l";
        await Poll.UntilAsync(() => host.Exec(without, Zombies).Output.Trim() == "5", "five zombies without an init");
        await Poll.UntilAsync(() => host.Exec(with, "wc -l </started; grep -l sleep /proc/[0-9]*/comm 2>/dev/null | wc -l; " + Zombies).Output == "5\n1\n0\n", "none with it");
    }

    [Fact]
    public async Task Signals_come_to_the_command_and_to_nobody_else()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("trap 'echo hup' HUP; trap 'echo usr1' USR1; trap 'echo bye; exit 4' INT; (trap 'echo child' HUP; while :; do sleep 0.02; done) & echo ready; while :; do sleep 0.02; done") with { Init = true, StopSignal = "INT" });
        await Poll.UntilAsync(() => host.Log(container).Contains("ready"), "its traps");
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Signal = "HUP" });
        await Poll.UntilAsync(() => host.Log(container).Contains("hup"), "the first signal");
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Signal = "USR1" });
        await Poll.UntilAsync(() => host.Log(container).Contains("usr1"), "the second signal");
        Assert.Equal(4, host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id }).ExitCode);
        Assert.Equal(["ready", "hup", "usr1", "bye"], host.Log(container));
    }

    [Fact]
    public async Task What_would_not_hear_SIGTERM_as_process_1_does_and_a_stop_right_after_the_start_is_not_lost()
    {
        await using var host = await TestHost.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            var container = host.Run(new NewContainer { Image = ContainerHost.Image, Command = ["sleep", "1000"], Init = true });
            Assert.Equal(143, host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Timeout = Poll.Limit }).ExitCode);
        }
    }

    [Fact]
    public async Task A_signal_to_the_commands_group_ends_the_group_and_the_end_is_the_commands_own()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("trap 'echo got; exit 6' TERM; sleep 1000 & kill -TERM 0; wait") with { Init = true });
        Assert.Equal((6, ContainerState.Stopped), (container.ExitCode, container.State));
        Assert.Equal(["got"], host.Log(container));
    }

    [Theory]
    [InlineData("no-such", ErrorCode.NotFound, "ProgramNotFound")]
    [InlineData("/etc/passwd", ErrorCode.InvalidArgument, "ProgramNotExecutable")]
    [InlineData("/bin", ErrorCode.InvalidArgument, "ProgramNotExecutable")]
    public async Task A_command_that_cannot_be_executed_is_said_to_be_so_at_the_start(string program, ErrorCode code, string id)
    {
        await using var host = await TestHost.StartAsync();
        var request = new NewContainer { Image = ContainerHost.Image, Command = [program] };
        var with = host.Refused(Methods.StartContainer, new StartContainer { Create = request with { Name = "same", Init = true } });
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "same" });
        var without = host.Refused(Methods.StartContainer, new StartContainer { Create = request with { Name = "same" } });
        Assert.Equal((code, id, without.Message), (with.Code, with.Id, with.Message));
    }

    [Fact]
    public async Task It_is_there_for_any_user_with_any_ids_and_without_any_rights()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var request in new[]
        {
            new NewContainer { User = "1000:1000", DropCapability = ["ALL"], ReadOnly = true },
            new NewContainer { User = "1000", UserNamespace = ContainerUserNamespace.Host },
            new NewContainer { AllowNewPrivileges = true, WorkingDirectory = "/tmp" },
        })
        {
            var container = host.RunToEnd(request with { Image = ContainerHost.Image, Command = ["sh", "-c", "grep -E 'Uid|CapEff' /proc/1/status /proc/self/status | cut -d: -f2- | sort -u | wc -l; cat /proc/1/comm; grep SigBlk /proc/self/status | tr -d '\\t'"], Init = true });
            Assert.Equal(["2", "virt-init", "SigBlk:0000000000000000"], host.Log(container));
        }
    }

    [Fact]
    public async Task It_is_taken_over_by_the_next_agent_started_again_by_its_policy_and_asked_for_its_health()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("echo run; exec sleep 1000") with
        {
            Init = true,
            RestartPolicy = RestartPolicy.OnFailure,
            Health = new HealthCheck { Command = ["test", "-e", "/proc/1/exe"], Interval = TimeSpan.FromMilliseconds(30) },
        });
        host.WaitFor(container, WaitCondition.Healthy);
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal((ContainerState.Running, container.ProcessId, true), (host.Get(container).State, host.Get(container).ProcessId, host.Get(container).Init));
        host.Exec(container, "kill -9 $(cat /proc/1/task/1/children)");
        await Poll.UntilAsync(() => host.Get(container) is { State: ContainerState.Running, RestartCount: 1 }, "its second run");
        Assert.Equal(["run", "run"], host.Log(container));
    }

    [Fact]
    public async Task A_command_that_fills_its_memory_is_said_to_have()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done") with { Init = true, MemoryBytes = 16 << 20 });
        Assert.Equal((137, true, "It reached its memory limit, and the kernel ended it."), (container.ExitCode, container.OutOfMemory, container.Status));
    }

    [Fact]
    public async Task Fifty_come_and_go_and_a_change_keeps_it()
    {
        await using var host = await TestHost.StartAsync();
        var codes = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Task.Run(() =>
        {
            using var client = Virt.Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/1");
            var container = client.Invoke(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script($"exit {n}", $"c{n}") with { Init = true } });
            return client.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, Timeout = Poll.Limit }).ExitCode;
        })));
        Assert.Equal(Enumerable.Range(0, 50).Select(n => (int?)n), codes);
        var kept = host.Run(new NewContainer { Image = ContainerHost.Image, Command = ["sleep", "1000"], Init = true });
        kept = host.Invoke(Methods.SetContainer, new SetContainer { Id = kept.Id, Environment = new() { ["A"] = "1" } });
        Assert.Equal("virt-init\n", host.Exec(kept, "cat /proc/1/comm").Output);
    }
}
