using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>What each step of docs/isolation.md has of its own; SystemTests has the system container.</summary>
public sealed class IsolationTests
{
    private static readonly string[] Kinds = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];

    [Theory]
    [InlineData(ContainerIsolation.Chroot, "cgroup mnt")]
    [InlineData(ContainerIsolation.Jail, "cgroup ipc mnt net pid uts")]
    [InlineData(ContainerIsolation.Application, "cgroup ipc mnt net pid user uts")]
    public async Task Each_step_has_its_own(ContainerIsolation isolation, string own)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Isolation = isolation });
        Assert.Equal(isolation, container.Isolation);
        Assert.Equal(own, OwnOf(container.ProcessId, host.Agent.Id));
        // A further process is in the same ones.
        var inside = host.Exec(container, "for n in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$n; done").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Kinds.Select(kind => Link(container.ProcessId, kind)), inside);
        Assert.Equal("NoNewPrivs:1 Seccomp:2 \n", host.Exec(container, "grep -E '^(NoNew|Seccomp:)' /proc/self/status | tr -d ' \\t' | tr '\\n' ' '; echo").Output);
    }

    [Fact]
    public async Task A_chroot_sees_the_host_and_is_limited()
    {
        await using var host = await TestHost.StartAsync();
        var name = Environment.MachineName;
        var container = host.Run(ContainerHost.Script("exec sleep 1000") with { Isolation = ContainerIsolation.Chroot, MemoryBytes = 32 << 20 });
        Assert.Equal(("host", name), (container.Network, container.HostName));
        Assert.Equal($"{name}\n{name}\n", host.Exec(container, "hostname; cat /etc/hostname").Output);
        Assert.Equal(name, Environment.MachineName);
        Assert.Equal($"{Environment.ProcessId}\n", host.Exec(container, $"test -d /proc/{Environment.ProcessId} && echo {Environment.ProcessId}").Output);
        Assert.NotEqual(0, host.Exec(container, "dd if=/dev/zero of=/dev/shm/big bs=1M count=64").Exit.ExitCode);
        Assert.Equal("1\n", host.Exec(container, "cat /proc/1/environ >/dev/null 2>&1; echo $?").Output);
        Assert.Equal(container.ProcessId, Assert.Single(host.Invoke(Methods.GetContainerProcess, new GetContainerProcess { Id = container.Id }).Items).ProcessId);
    }

    [Fact]
    public async Task What_a_chroot_leaves_behind_ends_with_it()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("sleep 4321 & echo $! >/left; exit 7") with { Isolation = ContainerIsolation.Chroot });
        Assert.Equal((ContainerState.Stopped, 7), (container.State, container.ExitCode));
        await Poll.UntilAsync(() => !Directory.EnumerateDirectories("/proc").Any(static folder => CommandOf(folder) == "sleep\04321\0"), "the end of what it left");
        // The next start, and a restart of the agent, find it as it was.
        var again = host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        var ended = host.Invoke(Methods.WaitContainer, new WaitContainer { Id = again.Id, For = WaitCondition.Stopped, Timeout = TimeSpan.FromSeconds(60) });
        Assert.Equal(ContainerState.Stopped, ended.State);
        await Poll.UntilAsync(() => !Directory.EnumerateDirectories("/proc").Any(static folder => CommandOf(folder) == "sleep\04321\0"), "the end of what it left again");
    }

    public static TheoryData<string, NewContainer> Impossible => new()
    {
        { "InvalidNetwork", new NewContainer { Network = "none" } },
        { "InvalidHostName", new NewContainer { HostName = "other" } },
        { "InvalidSysctl", new NewContainer { Network = "host", Sysctls = new Dictionary<string, string> { ["kernel.msgmax"] = "1024" } } },
        { "InvalidInit", new NewContainer { Init = true } },
        { "InvalidUserNamespace", new NewContainer { UserNamespace = ContainerUserNamespace.Private } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task What_would_be_the_hosts_is_refused(string id, NewContainer request)
    {
        await using var host = await TestHost.StartAsync();
        var error = host.Refused(Methods.NewContainer, request with { Image = ContainerHost.Image, Isolation = ContainerIsolation.Chroot });
        Assert.Equal((ErrorCode.InvalidArgument, id), (error.Code, error.Id));
    }

    [Fact]
    public async Task What_would_be_the_hosts_is_not_changed_into_either()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Invoke(Methods.NewContainer, ContainerHost.Script("true") with { Isolation = ContainerIsolation.Chroot });
        Assert.Equal("InvalidHostName", host.Refused(Methods.SetContainer, new SetContainer { Id = container.Id, HostName = "other" }).Id);
        Assert.Equal(64 << 20, host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, MemoryBytes = 64 << 20 }).MemoryLimitBytes);
    }

    private static string OwnOf(int? process, int agent) => string.Join(' ', Kinds.Where(kind => Link(process, kind) != Link(agent, kind)));

    private static string? Link(int? process, string kind) => new FileInfo($"/proc/{process}/ns/{kind}").LinkTarget;

    private static string CommandOf(string folder)
    {
        try
        {
            return File.ReadAllText(folder + "/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
