using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>Whose ids a container's users have on the host, and on the disk.</summary>
public sealed class UserNamespaceTests
{
    [Fact]
    public async Task Its_root_is_nobody_on_the_host_and_no_two_have_the_same_ids()
    {
        await using var host = await TestHost.StartAsync();
        var one = host.Run(ContainerHost.Script("exec sleep 1000"));
        var two = host.Run(ContainerHost.Script("exec sleep 1000"));
        var ids = new[] { HostId(one), HostId(two) };
        Assert.All(ids, id => Assert.InRange(id, 0x7000_0000u, 0x7FFF_0000u));
        Assert.True(Math.Abs((long)ids[0] - ids[1]) >= 65536, $"{ids[0]} {ids[1]}");
        Assert.Equal($"0 {ids[0]} 65536", string.Join(' ', host.Exec(one, "cat /proc/self/uid_map").Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(ContainerUserNamespace.Private, one.UserNamespace);
    }

    [Fact]
    public async Task A_command_in_it_has_the_same_ids()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        Assert.Equal("0 0\n", host.Exec(container, "echo $(id -u) $(id -g)").Output);
        Assert.Equal("500\n", host.Exec(container, "id -u", new InvokeContainerCommand { User = "500" }).Output);
        Assert.Equal("user user\n", host.Exec(container, "a=$(readlink /proc/1/ns/user) b=$(readlink /proc/self/ns/user); [ $a = $b ] && echo ${a%:*} ${b%:*}").Output);
    }

    [Fact]
    public async Task Whom_its_files_belong_to_on_the_disk_is_what_it_says_in_it()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "given"), "x", TestContext.Current.CancellationToken);
        await host.RunAsync("chown", "1234:77", Path.Combine(folder, "given"));
        const string Script = "touch /mine /data/mine; touch /other /data/other; chown 1000:2000 /other /data/other /etc/passwd; stat -c '%u:%g' /mine /other /data/mine /data/other /data/given /bin /etc/passwd | tr '\\n' ' '";
        var container = host.RunToEnd(ContainerHost.Script(Script) with { Volumes = [$"{folder}:/data"] });
        const string Seen = "0:0 1000:2000 0:0 1000:2000 1234:77 0:0 1000:2000 ";
        Assert.Equal([Seen], host.Log(container));
        var upper = Path.Combine(host.StateFolder, "containers", $"{container.Id}", "upper");
        var onDisk = await host.RunAsync("stat", "-c", "%u:%g", $"{upper}/mine", $"{upper}/other", $"{folder}/mine", $"{folder}/other", $"{upper}/etc/passwd");
        Assert.Equal("0:0 1000:2000 0:0 1000:2000 1000:2000", onDisk.Trim().Replace('\n', ' '));

        // And again, over what it wrote itself.
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        host.WaitFor(container, WaitCondition.Stopped);
        Assert.Equal([Seen, Seen], host.Log(container));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Ids_are_kept_over_a_restart_of_the_agent_and_given_back_at_the_end()
    {
        await using var host = await TestHost.StartAsync();
        var kept = host.Run(ContainerHost.Script("exec sleep 1000"));
        var gone = host.Run(ContainerHost.Script("exec sleep 1000"));
        var ids = new[] { HostId(kept), HostId(gone) };
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = gone.Id, Force = true });
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal("alive\n", host.Exec(kept, "echo alive").Output);
        var more = Enumerable.Range(0, 3).Select(_ => HostId(host.Run(ContainerHost.Script("exec sleep 1000")))).ToList();
        Assert.DoesNotContain(ids[0], more);
        Assert.Contains(ids[1], more);
        host.Invoke(Methods.StopContainer, new StopContainer { Id = kept.Id, TurnOff = true });
        Assert.Equal(ids[0], HostId(host.Invoke(Methods.StartContainer, new StartContainer { Id = kept.Id })));
    }

    [Fact]
    public async Task Its_output_can_be_opened_again_by_whoever_it_runs_as()
    {
        await using var host = await TestHost.StartAsync();
        const string Script = "echo one >/dev/stdout; echo two >/proc/self/fd/2";
        Assert.Equal(["! two", "one"], host.Log(host.RunToEnd(ContainerHost.Script(Script) with { User = "1000:1000" })).Order(StringComparer.Ordinal));
        Assert.Equal(["! two", "one"], host.Log(host.RunToEnd(ContainerHost.Script(Script))).Order(StringComparer.Ordinal));
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        var (_, output, error) = host.Exec(container, Script, new InvokeContainerCommand { User = "1000" });
        Assert.Equal(("one\n", "two\n"), (output, error));
    }

    [Fact]
    public async Task In_its_own_network_its_root_may_what_it_may_not_in_the_hosts()
    {
        await using var host = await TestHost.StartAsync();
        const string Script = "nc -l -p 80 -e echo open & sleep 0.3; nc -w 5 127.0.0.1 80 </dev/null";
        var own = host.RunToEnd(ContainerHost.Script(Script));
        Assert.Contains("open", host.Log(own));
        var shared = host.RunToEnd(ContainerHost.Script("nc -l -p 80 -e true 2>&1; ls /sys/class/net | tr '\\n' ' '; echo; touch /sys/x 2>&1; ls /sys/fs/cgroup | wc -l") with { Network = "host" });
        Assert.Equal(["nc: bind: Permission denied", "lo ", "touch: /sys/x: Read-only file system"], host.Log(shared).Take(3));
        var trusted = host.RunToEnd(ContainerHost.Script(Script) with { Network = "host", UserNamespace = ContainerUserNamespace.Host });
        Assert.Contains("open", host.Log(trusted));
    }

    [Fact]
    public async Task With_the_hosts_ids_its_root_is_the_hosts_with_the_usual_rights()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { UserNamespace = ContainerUserNamespace.Host });
        Assert.Equal((0u, ContainerUserNamespace.Host), (HostId(container), container.UserNamespace));
        Assert.Equal(
            "CapEff:00000000a80425fb NoNewPrivs:1 Seccomp:2 \n",
            host.Exec(container, "grep -E '^(CapEff|NoNew|Seccomp:)' /proc/self/status | tr -d ' \\t' | tr '\\n' ' '; echo").Output);
        Assert.Equal("head: /dev/x: Operation not permitted\n", host.Exec(container, "mknod /dev/x b 8 0 && head -c 1 /dev/x 2>&1; true").Output);
    }

    [Fact]
    public async Task A_privileged_one_is_held_back_by_nothing_but_its_namespaces()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Privileged = true });
        Assert.Equal((true, ContainerUserNamespace.Host), (container.Privileged, container.UserNamespace));
        var output = host.Exec(
            container,
            "grep -E '^(NoNew|Seccomp:)' /proc/self/status | tr -d ' \\t' | tr '\\n' ' '; mount -t tmpfs x /mnt && echo mounted; mknod /dev/mem2 c 1 5 && head -c 1 /dev/mem2 | wc -c; ls /sys/firmware >/dev/null && echo seen").Output;
        Assert.Equal("NoNewPrivs:0 Seccomp:0 mounted\n1\nseen\n", output);
    }

    [Fact]
    public async Task A_user_beyond_its_ids_is_an_error()
    {
        await using var host = await TestHost.StartAsync();
        var error = host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("true", "x") with { User = "70000" } });
        Assert.Equal(("ContainerUserTooHigh", "Cannot start container 'x': the user '70000' has the ids 70000:0; with ids of its own a container has those below 65536."), (error.Id, error.Message));
    }

    private static uint HostId(Container container) =>
        uint.Parse(File.ReadLines($"/proc/{container.ProcessId}/status").Single(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]);
}
