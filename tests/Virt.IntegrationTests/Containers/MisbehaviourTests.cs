using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Containers that do what they should not: each has its limits to itself, and goes when it is told to.</summary>
public sealed class MisbehaviourTests
{
    [Fact]
    public async Task A_fork_bomb_fills_its_own_limit_and_is_removed()
    {
        await using var host = await TestHost.StartAsync();
        var bystander = host.Run(ContainerHost.Script("exec sleep 1000"));
        var bomb = host.Run(ContainerHost.Script("(while :; do sleep 4002 & done); exec sleep 4002") with { ProcessCount = 60 });
        await Poll.UntilAsync(() => host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = bomb.Id }).Items.Length > 30, "the bomb");
        Assert.True(host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = bomb.Id }).Items.Length <= 60);
        Assert.Equal("alive\n", host.Exec(bystander, "echo alive").Output);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = bomb.Id, Force = true });
    }

    [Fact]
    public async Task One_that_closes_its_output_runs_on_and_what_it_wrote_before_is_there()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("echo before; exec >&- 2>&- <&-; while :; do sleep 0.05; done"));
        await Poll.UntilAsync(() => host.Log(container).Count == 1, "its line");
        Assert.Equal((ContainerState.Running, "before"), (host.Get(container).State, host.Log(container)[0]));
        Assert.Equal("alive\n", host.Exec(container, "echo alive").Output);
    }

    [Fact]
    public async Task Zombies_that_it_does_not_reap_go_with_it()
    {
        await using var host = await TestHost.StartAsync();
        // Its first process never waits, and so keeps what its grandchildren leave.
        var container = host.Run(ContainerHost.Script("for i in 1 2 3 4 5; do (sleep 0.3 &) ; done; exec sleep 1000"));
        await Poll.UntilAsync(() => host.Exec(container, "grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l").Output.Trim() == "5", "the zombies");
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true });
        Assert.Equal(ContainerState.Stopped, host.Get(container).State);
    }

    [Fact]
    public async Task One_that_ignores_being_asked_is_killed_with_all_that_it_has_started()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("trap '' TERM INT HUP; (trap '' TERM; setsid sleep 4001 &) ; while :; do sleep 0.05; done") with { StopTimeout = System.TimeSpan.FromMilliseconds(100) });
        await Poll.UntilAsync(() => host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items.Any(p => p.Command == "sleep 4001"), "its child");
        Assert.Equal((ContainerState.Stopped, 137), (host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id }).State, host.Get(container).ExitCode));
    }

    [Fact]
    public async Task A_flood_of_output_takes_no_more_of_the_disk_than_it_may_and_holds_nobody_up()
    {
        await using var host = await TestHost.StartAsync();
        var flood = host.Run(ContainerHost.Script("head -c 40000000 /dev/zero | tr '\\0' x | fold -w 4000; echo; echo done") with { LogBytes = 1 << 20 });
        Assert.Equal("alive\n", host.Exec(flood, "echo alive").Output);
        host.WaitFor(flood, WaitCondition.Stopped);
        Assert.Equal("done", host.Log(flood, tail: 1)[0]);
        var folder = System.IO.Path.Combine(host.StateFolder, "containers", $"{flood.Id}");
        Assert.True(new System.IO.DirectoryInfo(folder).GetFiles("log*").Sum(f => f.Length) < 4 << 20);
    }

    [Fact]
    public async Task One_that_fills_the_disk_is_told_so_and_can_still_be_looked_at_stopped_and_removed()
    {
        await using var host = await TestHost.MakeAsync();
        Directory.CreateDirectory(host.StateFolder);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=12m", "none", host.StateFolder);
        await host.StartAgentAsync();
        var bystander = host.Run(ContainerHost.Script("exec sleep 1000"));
        var filler = host.Run(ContainerHost.Script("dd if=/dev/zero of=/big bs=64k 2>&1; cp /big /more 2>&1; echo full; exec sleep 1000"));
        await Poll.UntilAsync(() => host.Exec(bystander, "df -k / | tail -1 | awk '{print $4}'").Output.Trim() == "0", "a full disk");
        Assert.Equal((ContainerState.Running, ContainerState.Running), (host.Get(bystander).State, host.Get(filler).State));
        Assert.Equal("alive\n", host.Exec(bystander, "echo alive").Output);
        Assert.Equal(ErrorCode.ResourceExhausted, host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("true") }).Code);
        Assert.Equal(ContainerState.Stopped, host.Invoke(Methods.StopContainer, new StopContainer { Id = filler.Id, TurnOff = true }).State);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = filler.Id });
        Assert.Equal("new", host.Log(host.RunToEnd(ContainerHost.Script("echo new")))[0]);
        await host.StopAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(ContainerState.Running, host.Get(bystander).State);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = bystander.Id, Force = true });
        foreach (var left in host.Invoke(Methods.GetContainer, new GetContainer()).Items)
        {
            host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = left.Id });
        }

        await host.StopAgentAsync();
        await host.RunAsync("umount", "--lazy", host.StateFolder);
    }

    [Fact]
    public async Task Fifty_starts_and_stops_of_one_at_once_are_done_or_refused_and_end_in_one_state()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Invoke(Methods.NewContainer, ContainerHost.Script("exec sleep 1000", "one"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Task.Run(() =>
        {
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            try
            {
                return n % 2 == 0
                    ? client.Invoke(Methods.StartContainer, new StartContainer { Name = "one" }).State.ToString()
                    : client.Invoke(Methods.StopContainer, new StopContainer { Name = "one", TurnOff = true }).State.ToString();
            }
            catch (VirtException e)
            {
                return e.Code.ToString();
            }
        })));
        // Each says how it was when it answered: another may have begun by then.
        Assert.All(answers, static answer => Assert.True(answer == nameof(ErrorCode.WrongState) || System.Enum.TryParse<ContainerState>(answer, out _), answer));
        Assert.Contains("Running", answers);
        var last = host.Get(container);
        Assert.True(last.State is ContainerState.Running or ContainerState.Stopped, $"{last.State}");
        Assert.Equal(last.State == ContainerState.Running ? 1 : 0, host.ContainersProcessesOf("sleep\u00001000").Count);
    }

    [Fact]
    public async Task Of_fifty_that_are_made_with_one_name_at_once_there_is_one()
    {
        await using var host = await TestHost.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() =>
        {
            using var client = VirtClient.Connect(host.Endpoint, "tests/1");
            try
            {
                return client.Invoke(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("exec sleep 1000", "one") }).State.ToString();
            }
            catch (VirtException e)
            {
                return e.Code.ToString();
            }
        })));
        Assert.Equal((1, 49), (answers.Count(static a => a == "Running"), answers.Count(static a => a == "AlreadyExists")));
        Assert.Equal("one", Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items).Name);
    }
}
