using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>A container goes over to another generation and back.</summary>
public sealed class ReplaceTests
{
    private const string Service = "echo data >>/mine; echo data >>/data/kept; trap 'exit 0' TERM; httpd -p 8080 -h /; while :; do sleep 1000 & wait; done";

    [Fact]
    public async Task It_keeps_its_id_name_settings_and_volumes_and_what_it_was_can_be_gone_back_to()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        var container = host.Run(ContainerHost.Script(Service, "web") with { Volumes = [$"{folder}:/data"], Labels = new() { ["team"] = "blue" }, MemoryBytes = 128 << 20 });
        await Poll.UntilAsync(() => File.Exists(Path.Combine(folder, "kept")), "the first run's file");
        var replaced = await host.DriveAsync(["build", $"{container.Id}", "echo two >/srv/version"], ["replace", $"{container.Id}", "last"], ["http", $"{container.Id}", "http://localhost:8080/srv/version", "5000"]);
        Assert.StartsWith("1 0 True ", replaced[1], StringComparison.Ordinal);
        Assert.EndsWith(" 1 5", replaced[1], StringComparison.Ordinal); // /mine is left behind, the volume's file is not
        var now = host.Get(container);
        Assert.Equal((container.Id, "web", ContainerState.Running, 1, container.MemoryLimitBytes), (now.Id, now.Name, now.State, now.Generation, now.MemoryLimitBytes));
        Assert.Equal(("blue", "yes"), (now.Labels["team"], now.Labels["patched"]));
        Assert.Equal((0, 0, "team"), (now.Previous!.Number, now.Previous.Layers.Length, string.Join(' ', now.Previous.Labels.Keys)));
        await Poll.UntilAsync(() => File.ReadAllLines(Path.Combine(folder, "kept")).Length == 2, "the second run's line");
        Assert.Equal(("data\n", "two\n"), (host.Exec(container, "cat /mine").Output, host.Exec(container, "cat /srv/version").Output));

        host.Exec(container, "echo lost >/lost");
        var back = await host.DriveAsync(["putback", $"{container.Id}"]);
        Assert.StartsWith("0 1 True ", back[0], StringComparison.Ordinal);
        Assert.EndsWith(" 2 10", back[0], StringComparison.Ordinal); // /mine and /lost
        var then = host.Get(container);
        Assert.Equal((ContainerState.Running, 0, 0, null), (then.State, then.Generation, then.Layers.Length, then.Previous));
        Assert.False(then.Labels.ContainsKey("patched"));
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "data\ndata\n", "its own data and one line more");
        Assert.Equal("", host.Exec(container, "ls /srv/version /lost 2>/dev/null").Output);
        Assert.Empty(Directory.GetDirectories(Path.Combine(host.StateFolder, "containers", $"{container.Id}", "generations")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_kept_can_be_discarded_and_then_there_is_no_way_back()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("echo data >/mine; exec sleep 1000"));
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "data\n", "its file");
        var answer = await host.DriveAsync(["replace", $"{container.Id}", "-"], ["discard", $"{container.Id}"], ["putback", $"{container.Id}"], ["replace", $"{container.Id}", "sha256:00"]);
        Assert.StartsWith("WrongState NoPreviousGeneration Cannot put back container '", answer[2], StringComparison.Ordinal);
        Assert.StartsWith("NotFound LayerNotFound ", answer[3], StringComparison.Ordinal);
        Assert.Equal((1, null, ContainerState.Running), (host.Get(container).Generation, host.Get(container).Previous, host.Get(container).State));
        Assert.False(Directory.Exists(Path.Combine(host.StateFolder, "containers", $"{container.Id}", "upper")));
    }

    [Fact]
    public async Task One_that_does_not_run_is_replaced_and_does_not_run()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("cat /srv/version; exit 7"));
        var answer = await host.DriveAsync(["build", $"{container.Id}", "echo two >/srv/version"], ["replace", $"{container.Id}", "last"]);
        Assert.Equal("1 0 False 0.0 0 0", answer[1]);
        Assert.Equal((ContainerState.Stopped, 7, 1), (host.Get(container).State, host.Get(container).ExitCode, host.Get(container).Generation));
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        host.WaitFor(container, WaitCondition.Stopped);
        Assert.Equal("two", host.Log(container)[^1]);
    }

    [Fact]
    public async Task A_generation_that_cannot_start_gives_way_to_the_one_before()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("echo data >>/mine; exec sleep 1000"));
        var answer = await host.DriveAsync(["build", $"{container.Id}", "rm /bin/sh"], ["replace", $"{container.Id}", "last"]);
        Assert.StartsWith("NotFound ProgramNotFound Cannot start container '", answer[1], StringComparison.Ordinal);
        Assert.Equal((ContainerState.Running, 0, null), (host.Get(container).State, host.Get(container).Generation, host.Get(container).Previous));
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "data\ndata\n", "its second start");
    }

    [Fact]
    public async Task One_that_does_not_heed_the_signal_is_killed()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("trap '' TERM; while :; do sleep 1; done"));
        var answer = await host.DriveAsync(["replace", $"{container.Id}", "-"]);
        Assert.StartsWith("1 0 True ", answer[0], StringComparison.Ordinal);
        Assert.NotEqual(container.ProcessId, host.Get(container).ProcessId);
    }

    [Fact]
    public async Task A_command_s_output_and_a_service_s_answer_can_be_asked_for_by_the_agent_itself()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("mkdir -p /www/cgi-bin; printf '#!/bin/sh\\nsleep 100\\n' >/www/cgi-bin/slow; chmod +x /www/cgi-bin/slow; echo ok >/www/ok; exec httpd -f -p 8080 -h /www"));
        await Poll.UntilAsync(() => host.Exec(container, "wget -qO- http://127.0.0.1:8080/ok").Output == "ok\n", "the service");
        string id = $"{container.Id}";
        var answer = await host.DriveAsync(
            ["run", id, "5000", "sh", "-c", "echo out; echo err >&2; exit 9"],
            ["run", id, "200", "sleep", "1000"],
            ["run", id, "5000", "no-such-program"],
            ["tcp", id, "8080", "5000"],
            ["tcp", id, "8081", "5000"],
            ["http", id, "http://127.0.0.1:8080/ok", "5000"],
            ["http", id, "http://localhost:8080/missing", "5000"],
            ["http", id, "http://localhost:8080/cgi-bin/slow", "300"],
            ["http", id, "http://localhost:8082/", "5000"],
            ["http", id, "https://localhost/", "5000"]);
        Assert.Equal("9 out err", answer[0]);
        Assert.StartsWith("Timeout CommandTimeout ", answer[1], StringComparison.Ordinal);
        Assert.StartsWith("NotFound ProgramNotFound ", answer[2], StringComparison.Ordinal);
        Assert.Equal(["True accepted a connection", "False connection refused", "True answered 200", "False answered 404", "False no answer within 0.3 s", "False connection refused"], answer.Skip(3).Take(6));
        Assert.StartsWith("InvalidArgument InvalidProbeAddress ", answer[9], StringComparison.Ordinal);
    }
}
