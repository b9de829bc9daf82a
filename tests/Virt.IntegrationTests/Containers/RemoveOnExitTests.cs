using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Containers that go when they have ended.</summary>
public sealed class RemoveOnExitTests
{
    public static TheoryData<string> Points => ["container.end.seen", "container.end.written", "container.remove.written", "container.remove.emptied"];

    [Fact]
    public async Task It_goes_with_its_end_and_who_waits_gets_its_code()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(Job("sleep 0.2; exit 5"));
        Assert.True(container.RemoveOnExit);
        var ended = host.WaitFor(container, WaitCondition.Stopped);
        Assert.Equal((ContainerState.Stopped, 5), (ended.State, ended.ExitCode));
        await GoneAsync(host);
        Assert.Equal(ErrorCode.NotFound, host.Refused(Methods.StopContainer, new StopContainer { Id = container.Id }).Code);
    }

    [Fact]
    public async Task Who_asks_a_moment_too_late_is_told_too_but_only_of_what_was()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(Job("exit 6"));
        await GoneAsync(host);
        Assert.Equal(6, host.WaitFor(container, WaitCondition.Stopped).ExitCode);
        Assert.Equal(6, host.Invoke(Methods.WaitContainer, new WaitContainer { Name = "job" }).ExitCode);
        Assert.Equal(ErrorCode.NotFound, host.Refused(Methods.WaitContainer, new WaitContainer { Name = "job", For = WaitCondition.Running }).Code);
        Assert.Equal(ErrorCode.NotFound, host.Refused(Methods.WaitContainer, new WaitContainer { Name = "other" }).Code);
    }

    [Fact]
    public async Task Stopped_by_hand_it_is_gone_when_the_stop_returns_and_its_name_is_free()
    {
        await using var host = await TestHost.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            var container = host.Run(Job("trap 'exit 2' TERM; echo ready; while :; do sleep 0.02; done"));
            await Poll.UntilAsync(() => host.Log(container).Count == 1, "its trap");
            var ended = host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id });
            Assert.Equal((ContainerState.Stopped, 2), (ended.State, ended.ExitCode));
            Assert.Empty(All(host));
        }

        host.Run(Job("exec sleep 1000"));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "job", Force = true });
        await GoneAsync(host);
    }

    [Fact]
    public async Task Who_follows_its_log_reads_all_of_it()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(Job("sleep 0.3; seq 1 20000; printf end"));
        var lines = host.Log(container, follow: true);
        Assert.Equal(Enumerable.Range(1, 20000).Select(n => $"{n}").Append("end"), lines);
        await GoneAsync(host);
    }

    [Fact]
    public async Task One_that_cannot_be_started_goes_with_the_error()
    {
        await using var host = await TestHost.StartAsync();
        var request = new NewContainer { Name = "job", Image = ContainerHost.Image, Command = ["no-such"], RemoveOnExit = true };
        Assert.Equal("ProgramNotFound", host.Refused(Methods.StartContainer, new StartContainer { Create = request }).Id);
        Assert.Empty(All(host));
        host.Invoke(Methods.NewContainer, request);
        Assert.Equal(ContainerState.Created, Assert.Single(All(host)).State); // it has not ended
        Assert.Equal("ProgramNotFound", host.Refused(Methods.StartContainer, new StartContainer { Name = "job" }).Id);
        await GoneAsync(host);
    }

    [Fact]
    public async Task It_cannot_be_started_again_by_a_policy_too()
    {
        await using var host = await TestHost.StartAsync();
        var error = host.Refused(Methods.NewContainer, Job("true") with { RestartPolicy = RestartPolicy.Always });
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidRemoveOnExit"), (error.Code, error.Id));
        host.Invoke(Methods.NewContainer, Job("true"));
        Assert.Equal("InvalidRemoveOnExit", host.Refused(Methods.SetContainer, new SetContainer { Name = "job", RestartPolicy = RestartPolicy.OnFailure }).Id);
    }

    [Fact]
    public async Task A_restart_and_a_change_are_no_end()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(Job("echo run; exec sleep 1000"));
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = container.Id, TurnOff = true });
        host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Environment = new() { ["A"] = "1" }, StopTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(ContainerState.Running, host.Get(container).State);
        Assert.Equal(["run", "run", "run"], host.Log(container));
    }

    [Fact]
    public async Task One_that_ends_while_there_is_no_agent_goes_with_the_next()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(Job("exec sleep 1000"));
        await host.KillAgentAsync();
        await host.RunAsync("kill", "-9", $"{container.ProcessId}");
        await Poll.UntilAsync(() => !Directory.Exists($"/proc/{container.ProcessId}"), "its end");
        await host.StartAgentAsync();
        await GoneAsync(host);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Wherever_the_agent_is_killed_it_goes(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=kill";
        await host.StartAgentAsync();
        host.Run(Job("sleep 0.3; echo out"));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        await GoneAsync(host);
        Assert.Equal(0, host.RunToEnd(Job("true")).ExitCode);
        await GoneAsync(host);
    }

    private static NewContainer Job(string script) => ContainerHost.Script(script, "job") with { RemoveOnExit = true };

    private static Container[] All(TestHost host) => host.Invoke(Methods.GetContainer, new GetContainer()).Items;

    private static async Task GoneAsync(TestHost host)
    {
        await Poll.UntilAsync(() => All(host).Length == 0, "its end");
        var folder = Path.Combine(host.StateFolder, "containers");
        Assert.True(!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any());
    }
}
