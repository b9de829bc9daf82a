using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Throw-away containers, and the layers that are made of them.</summary>
public sealed class LayerTests
{
    [Fact]
    public async Task A_throw_away_container_has_the_image_and_the_host_s_network_and_nothing_of_the_container_s_own()
    {
        await using var host = await TestHost.StartAsync();
        await host.RunAsync("ip", "link", "add", "bridge7", "type", "bridge");
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        var container = host.Run(ContainerHost.Script("echo mine >/mine; exec sleep 1000") with { Environment = new() { ["COLOR"] = "blue" }, Volumes = [$"{folder}:/data"], MemoryBytes = 64 << 20 });
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "mine\n", "the container's file");
        var answer = await host.DriveAsync(["look", $"{container.Id}", "echo $COLOR; stat -c %a /; ls /sys/class/net; ls /mine /data; id -u; cat /sys/fs/cgroup/memory*/memory.limit_in_bytes /sys/fs/cgroup/memory.max; echo x >/x; exit 3"]);
        Assert.True(answer[0].StartsWith("3 blue|755|bridge7|lo|0|67108864 ", StringComparison.Ordinal), answer[0]);
        Assert.Contains("ls: /mine: No such file or directory|ls: /data: No such file or directory", answer[0], StringComparison.Ordinal);
        Assert.Equal(container.Id, Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items).Id);
        Assert.Equal([$"{container.Id}"], Directory.EnumerateDirectories(Path.Combine(host.StateFolder, "containers")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_layer_has_what_the_work_has_changed_and_nothing_else()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var answer = await host.DriveAsync(
            ["build", $"{container.Id}", "mkdir -p /srv/app && echo two >/srv/app/version && rm /bin/vi && touch /tmp/a && rm /tmp/a && ln -s /x /srv/link"],
            ["replace", $"{container.Id}", "last"]);
        Assert.Equal("3", answer[0].Split(' ')[1]);
        var replaced = host.Get(container);
        var layer = Assert.Single(replaced.Layers);
        var root = Path.Combine(host.StateFolder, "layers", layer["sha256:".Length..], "root");
        var output = await host.RunAsync("sh", "-c", $"cd {root} && find . | sort | tr '\\n' ' '");
        Assert.Equal(". ./bin ./bin/vi ./srv ./srv/app ./srv/app/version ./srv/link ", output);
        Assert.Equal(("two\n", ""), (host.Exec(container, "cat /srv/app/version").Output, host.Exec(container, "ls /bin/vi 2>/dev/null").Output));
    }

    [Fact]
    public async Task Work_that_changes_nothing_makes_no_layer()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal(["nothing"], await host.DriveAsync(["build", $"{container.Id}", "cat /etc/hosts >/dev/null; mkdir /srv/x && rmdir /srv/x; echo t >/tmp/t && rm /tmp/t"]));
        Assert.Empty(LayersOf(host));
    }

    [Fact]
    public async Task Work_that_fails_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var answer = await host.DriveAsync(["build", $"{container.Id}", "echo x >/x; echo oops >&2; exit 4"], ["build", $"{container.Id}", "exec sleep 5000"]);
        Assert.Equal("Internal WorkFailed 4  oops", answer[0]);
        Assert.StartsWith("Timeout CommandTimeout Cannot wait longer for '/bin/sh' in container '", answer[1], StringComparison.Ordinal);
        Assert.Empty(LayersOf(host));
        Assert.Equal((ContainerState.Running, 0), (host.Get(container).State, host.Get(container).Generation));
    }

    [Fact]
    public async Task The_same_work_on_the_same_image_is_the_same_layer_and_other_work_is_not()
    {
        await using var host = await TestHost.StartAsync();
        var first = host.Run(ContainerHost.Script("exec sleep 1000"));
        var second = host.Run(ContainerHost.Script("exec sleep 1000"));
        var answer = await host.DriveAsync(
            ["build", $"{first.Id}", "mkdir /srv/x && echo 1 >/srv/x/f"],
            ["build", $"{second.Id}", "mkdir /srv/x && echo 1 >/srv/x/f"],
            ["digest", $"{first.Id}"],
            ["digest", $"{second.Id}"],
            ["replace", $"{first.Id}", "last"],
            ["digest", $"{first.Id}"],
            ["build", $"{second.Id}", "mkdir /srv/x && echo 1 >/srv/x/f && chmod 600 /srv/x/f"],
            ["replace", $"{first.Id}", "last"]);
        Assert.Equal(answer[0].Split(' ')[0], answer[1].Split(' ')[0]);
        Assert.Equal(answer[2], answer[3]);
        Assert.StartsWith("sha256:", answer[2], StringComparison.Ordinal);
        Assert.NotEqual(answer[2], answer[5]);
        Assert.NotEqual(answer[0].Split(' ')[0], answer[6].Split(' ')[0]);
        Assert.StartsWith("PlanOutOfDate LayerOutOfDate ", answer[7], StringComparison.Ordinal);
        Assert.Equal(2, LayersOf(host).Length);
    }

    [Fact]
    public async Task A_layer_goes_with_the_last_container_that_names_it()
    {
        await using var host = await TestHost.StartAsync();
        var first = host.Run(ContainerHost.Script("exec sleep 1000"));
        var second = host.Run(ContainerHost.Script("exec sleep 1000"));
        await host.DriveAsync(["build", $"{first.Id}", "echo 1 >/srv/f"], ["replace", $"{first.Id}", "last"], ["replace", $"{second.Id}", "last"]);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = first.Id, Force = true });
        Assert.Single(LayersOf(host));
        Assert.Equal("1\n", host.Exec(second, "cat /srv/f").Output);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = second.Id, Force = true });
        Assert.Empty(LayersOf(host));
    }

    [Fact]
    public async Task A_layer_over_layers_deletes_and_makes_anew_what_those_have()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        await host.DriveAsync(
            ["build", $"{container.Id}", "mkdir /srv/d && echo a >/srv/d/a && echo b >/srv/d/b && echo c >/srv/c"],
            ["replace", $"{container.Id}", "last"],
            ["build", $"{container.Id}", "rm -r /srv/d /srv/c && mkdir /srv/d && echo z >/srv/d/z"],
            ["replace", $"{container.Id}", "last"],
            ["build", $"{container.Id}", "echo y >/srv/d/y"],
            ["replace", $"{container.Id}", "last"]);
        Assert.Equal((3, 3), (host.Get(container).Layers.Length, host.Get(container).Generation));
        Assert.Equal("y z", host.Exec(container, "cd /srv/d && echo *").Output.Trim());
        Assert.Equal("", host.Exec(container, "ls /srv/c 2>/dev/null").Output);
    }

    [Fact]
    public async Task A_disk_that_is_full_is_said_to_be_and_the_container_serves_on()
    {
        await using var host = await TestHost.MakeAsync();
        Directory.CreateDirectory(host.StateFolder);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "none", host.StateFolder);
        await host.StartAgentAsync();
        var container = host.Run(ContainerHost.Script("echo data >/mine; exec httpd -f -p 8080 -h /"));
        var answer = await host.DriveAsync(["build", $"{container.Id}", "dd if=/dev/zero of=/srv/big bs=1M count=100"], ["http", $"{container.Id}", "http://localhost:8080/mine", "5000"]);
        Assert.StartsWith("ResourceExhausted DiskFull Cannot build a layer for container '", answer[0], StringComparison.Ordinal);
        Assert.Equal("True answered 200", answer[1]);
        Assert.Equal(("data\n", ContainerState.Running), (host.Exec(container, "cat /mine").Output, host.Get(container).State));
        Assert.Equal("1", (await host.RunAsync("sh", "-c", $"ls {host.StateFolder}/containers | wc -l")).Trim());
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        await host.StopAgentAsync();
        await host.RunAsync("umount", "--lazy", host.StateFolder);
    }

    private static string[] LayersOf(TestHost host)
    {
        var folder = Path.Combine(host.StateFolder, "layers");
        return Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
    }
}
