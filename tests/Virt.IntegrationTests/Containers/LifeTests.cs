using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

public sealed class LifeTests
{
    [Fact]
    public async Task A_script_runs_to_its_end_and_leaves_its_code_and_its_output()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("echo out; echo err >&2; exit 3", "job"));
        Assert.Equal((ContainerState.Stopped, 3, "job"), (container.State, container.ExitCode, container.Name));
        Assert.Null(container.ProcessId);
        Assert.NotNull(container.ExitTime);
        Assert.Equal(["! err", "out"], host.Log(container).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task From_made_to_removed_each_state_is_told()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Invoke(Methods.NewContainer, ContainerHost.Script("trap 'exit 0' TERM; echo traps; while :; do sleep 0.1; done", "web"));
        Assert.Equal(ContainerState.Created, container.State);
        container = host.Invoke(Methods.StartContainer, new StartContainer { Name = "WEB" });
        Assert.Equal(ContainerState.Running, container.State);
        Assert.True(Directory.Exists($"/proc/{container.ProcessId}"));
        Assert.NotNull(host.Get(container).MemoryBytes);
        // The kernel ignores a signal to a first process that does not wait for it yet.
        await Poll.UntilAsync(() => host.Log(container).Contains("traps"), "its trap");
        container = host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Timeout = Poll.Limit });
        Assert.Equal((ContainerState.Stopped, 0), (container.State, container.ExitCode));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id });
        Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
    }

    [Fact]
    public async Task A_stopped_container_starts_again_with_what_it_wrote()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("echo x >>/count; wc -l </count"));
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        host.WaitFor(container, WaitCondition.Stopped);
        Assert.Equal(["1", "2"], host.Log(container));
        Assert.Equal(["2"], host.Log(container, tail: 1));
        var open = host.RunToEnd(ContainerHost.Script("printf 'one\\ntwo\\nthree'"));
        Assert.Equal(("", "three", "two three", "one two three"), (Last(0), Last(1), Last(2), Last(9)));

        string Last(int count) => string.Join(' ', host.Log(open, tail: count));
    }

    [Fact]
    public async Task What_ignores_the_request_to_end_is_killed_after_the_time_unless_it_must_not_be()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("trap '' TERM; while :; do sleep 0.1; done"));
        var error = host.Refused(Methods.StopContainer, new StopContainer { Id = container.Id, Timeout = TimeSpan.FromMilliseconds(300), NoKill = true });
        Assert.Equal((ErrorCode.Timeout, "ContainerStopTimeout"), (error.Code, error.Id));
        Assert.Equal(ContainerState.Running, host.Get(container).State);
        container = host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal((ContainerState.Stopped, 137, "Signal 9 ended it."), (container.State, container.ExitCode, container.Status));
    }

    [Fact]
    public async Task A_running_container_is_removed_by_force_only()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "stays"));
        var error = host.Refused(Methods.RemoveContainer, new RemoveContainer { Id = container.Id });
        Assert.Equal("Cannot remove container 'stays': it is Running; Created, Stopped, Failed or Removing is required.", error.Message);
        Assert.Equal("Remove-Container -Name stays -Force", error.RecommendedAction);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        Assert.False(Directory.Exists($"/proc/{container.ProcessId}"));
    }

    [Fact]
    public async Task Wrong_requests_say_what_is_wrong_and_what_to_do()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("exit 0", "done"));
        Assert.Equal(ContainerState.Stopped, host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id }).State);
        Assert.Equal(ErrorCode.WrongState, host.Refused(Methods.StopContainer, new StopContainer { Id = container.Id, Signal = "HUP" }).Code);
        Assert.Equal(ErrorCode.WrongState, host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["ls"] }).Code);
        Assert.Equal(ErrorCode.AlreadyExists, host.Refused(Methods.NewContainer, ContainerHost.Script("exit", "DONE")).Code);
        Assert.Contains("did you mean 'done'?", host.Refused(Methods.StartContainer, new StartContainer { Name = "dune" }).Message);
        Assert.Equal(ErrorCode.NotFound, host.Refused(Methods.NewContainer, new NewContainer { Image = "no-such" }).Code);
        Assert.Equal("InvalidMemoryBytes", host.Refused(Methods.NewContainer, ContainerHost.Script("exit") with { MemoryBytes = 1024 }).Id);
        var both = host.Invoke(Methods.GetContainer, new GetContainer { Names = ["d*", "nobody"] });
        Assert.Equal("done", Assert.Single(both.Items).Name);
        Assert.Equal("nobody", Assert.Single(both.Errors).Target);
    }

    [Fact]
    public async Task A_program_that_is_missing_fails_the_start_and_leaves_the_container_to_be_looked_at()
    {
        await using var host = await TestHost.StartAsync();
        var error = host.Refused(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "bad", Image = ContainerHost.Image, Command = ["nope"] } });
        Assert.Equal("Cannot start container 'bad': its file system has no program 'nope'.", error.Message);
        var container = Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Equal((ContainerState.Failed, error.Message), (container.State, container.Status));
    }

    [Fact]
    public async Task A_followed_log_ends_with_its_container()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("for i in 1 2 3 4 5; do echo $i; sleep 0.1; done; printf end"));
        Assert.Equal(["1", "2", "3", "4", "5", "end"], host.Log(container, follow: true));
    }

    [Fact]
    public async Task The_end_of_a_large_log_is_found_without_its_beginning()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("seq 1 30000"));
        Assert.Equal(["29998", "29999", "30000"], host.Log(container, tail: 3));
        Assert.Equal(Enumerable.Range(1, 30000).Select(n => $"{n}"), host.Log(container));
        Assert.Equal(Enumerable.Range(10001, 20000).Select(n => $"{n}"), host.Log(container, tail: 20000));
    }

    [Fact]
    public async Task Twenty_at_once_come_and_go()
    {
        await using var host = await TestHost.StartAsync();
        var codes = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() =>
        {
            using var client = Virt.Protocol.Client.VirtClient.Connect(host.Endpoint, "tests/1");
            var container = client.Invoke(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script($"exit {n}", $"c{n}") });
            return client.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, Timeout = Poll.Limit }).ExitCode;
        })));
        Assert.Equal(Enumerable.Range(0, 20).Select(n => (int?)n), codes);
    }

    [Fact]
    public async Task Whatever_a_container_wrote_is_removed_with_it()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("""
            cd /; i=0; while [ $i -lt 300 ]; do mkdir "d$i" 2>/dev/null; cd "d$i"; i=$((i+1)); done
            cd /; mkdir "$(printf '\377\376')"; echo x >"$(printf 'a\nb\200')"; ln -s /etc link; chmod 000 d0; mkdir many; cd many; touch $(seq 1 2000)
            """));
        Assert.Equal(0, container.ExitCode);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id });
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(host.StateFolder, "containers")));
    }
}
