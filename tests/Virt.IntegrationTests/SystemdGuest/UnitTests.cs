using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>The package's units under a real systemd.</summary>
[Collection(SystemdGuestCollection.Name)]
public sealed class UnitTests(SystemdHost host)
{
    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_units()
    {
        var run = await host.TryAsync("systemd-analyze verify /usr/lib/systemd/system/virt-agent.service /usr/lib/systemd/system/virt-agent.socket");
        Assert.Equal(new GuestRun(0, "", ""), run);
    }

    [Theory]
    [InlineData("virt-agent.socket")]
    [InlineData("virt-agent.service")]
    public async Task The_install_has_enabled_and_started(string unit)
    {
        Assert.Equal("enabled", await host.PropertyAsync(unit, "UnitFileState"));
        Assert.Equal("active", await host.PropertyAsync(unit, "ActiveState"));
    }

    [Fact]
    public async Task The_first_connection_starts_the_agent()
    {
        await host.RunAsync("systemctl stop virt-agent.service");
        Assert.Equal("inactive", await host.PropertyAsync("virt-agent.service", "ActiveState"));
        Assert.Equal("active", await host.PropertyAsync("virt-agent.socket", "ActiveState"));

        using (var client = await host.ConnectAsync())
        {
            client.Invoke(Methods.Ping, new Nothing());
        }

        Assert.Equal("active", await host.PropertyAsync("virt-agent.service", "ActiveState"));
        Assert.Equal("active", await host.PropertyAsync("virt-agent.socket", "ActiveState"));
    }

    [Fact]
    public async Task The_socket_is_for_root_and_the_group_alone() =>
        Assert.Equal("660 root virt", await host.RunAsync("stat -c '%a %U %G' /run/virt/agent.sock"));

    [Fact]
    public async Task Who_is_not_in_the_group_is_told_so()
    {
        var run = await host.TryAsync("setpriv --reuid=nobody --regid=nogroup --clear-groups virt-agent bridge </dev/null");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("membership of the group 'virt' is required", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_in_the_group_reaches_the_agent()
    {
        var group = await host.RunAsync("getent group virt | cut -d: -f3");
        var run = await host.TryAsync($"setpriv --reuid=nobody --regid=nogroup --groups={group} virt-agent bridge </dev/null");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task The_host_has_its_controllers_on_cgroup_v2()
    {
        using var client = await host.ConnectAsync();
        var facts = client.Invoke(Methods.GetVirtHost, new GetVirtHost());
        Assert.Equal(2, facts.CgroupVersion);
        Assert.Equal("systemd-guest", facts.Name);
        Assert.Equal("/var/lib/virt", facts.StateFolder);
        Assert.Equal(await host.RunAsync("uname -r"), facts.KernelVersion);

        var checks = client.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items;
        Assert.Contains(checks, check => check is { Name: "Control groups", Result: CheckResult.Ok } && check.Message.Contains("cgroup version 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_agent_runs_under_what_hardens_it()
    {
        await host.RunAsync("systemctl start virt-agent.service");
        var status = (await host.RunAsync("cat /proc/$(systemctl show --property=MainPID --value virt-agent.service)/status"))
            .Split('\n').Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("2", status["Seccomp"]);

        // capabilities(7): 16 is CAP_SYS_MODULE, 21 CAP_SYS_ADMIN.
        var bounding = Convert.ToUInt64(status["CapBnd"], 16);
        Assert.Equal(0ul, bounding & (1ul << 16));
        Assert.NotEqual(0ul, bounding & (1ul << 21));
    }

    [Fact]
    public async Task An_agent_that_crashes_is_started_anew()
    {
        using (var client = await host.ConnectAsync())
        {
            client.Invoke(Methods.Ping, new Nothing());
        }

        var before = await host.PropertyAsync("virt-agent.service", "MainPID");
        await host.RunAsync("systemctl kill --kill-who=main --signal=KILL virt-agent.service");
        await host.UntilAsync(
            $"test $(systemctl show --property=MainPID --value virt-agent.service) != {before} && systemctl is-active --quiet virt-agent.service",
            "another agent after the first was killed");
        using var next = await host.ConnectAsync();
        next.Invoke(Methods.Ping, new Nothing());
    }
}
