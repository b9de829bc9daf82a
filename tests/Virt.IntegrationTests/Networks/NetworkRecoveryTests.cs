using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>Networks after the agent's death, and after the host's.</summary>
public sealed class NetworkRecoveryTests
{
    [Theory]
    [InlineData("network.new.written")]
    [InlineData("network.new.linked")]
    [InlineData("network.new.ruled")]
    [InlineData("network.set.written")]
    [InlineData("network.remove.written")]
    [InlineData("network.remove.unlinked")]
    [InlineData("network.remove.unruled")]
    public async Task After_a_kill_at_any_step_a_network_is_there_or_not_at_all(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=kill";
        await host.StartAgentAsync();
        Assert.Throws<VirtException>(() =>
        {
            host.Make("lan");
            host.Invoke(Methods.SetVirtNetwork, new SetVirtNetwork { Name = "lan", MtuBytes = 1400 });
            host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Name = "lan" });
        });
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        var isThere = host.OwnNetworks().Length > 0;
        Assert.Equal(point == "network.set.written", isThere);
        Assert.Equal(isThere, (await host.RunAsync("ip", "-o", "link")).Contains("virt0", StringComparison.Ordinal));
        Assert.Equal(isThere, (await host.RunAsync("nft", "list", "tables")).Contains("virt0", StringComparison.Ordinal));
        if (isThere)
        {
            Assert.Contains("mtu 1400", await host.RunAsync("ip", "-o", "link", "show", "virt0"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("network.new.linked")]
    [InlineData("network.new.ruled")]
    public async Task What_could_not_be_made_whole_is_undone(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=fail";
        await host.StartAgentAsync();
        Assert.Equal("FaultInjected", host.Refused(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan" }).Id);
        Assert.DoesNotContain("virt0", await host.RunAsync("ip", "-o", "link"), StringComparison.Ordinal);
        Assert.Equal("", await host.RunAsync("nft", "list", "tables"));
    }

    [Theory]
    [InlineData("network.publish.taken", false)]
    [InlineData("network.publish.ruled", false)]
    [InlineData("network.publish.stored", true)]
    public async Task After_a_kill_at_any_step_a_container_has_its_old_ports_or_its_new_ones(string point, bool isNew)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=kill";
        await host.StartAgentAsync();
        host.Make("lan");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        Assert.Throws<VirtException>(() => host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Publish = ["8081:80"] }));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        var (open, closed) = isNew ? ("8081", "8080") : ("8080", "8081");
        await Poll.UntilAsync(async () => await host.AskAsync($"10.144.0.1:{open}") == "web", "the published service");
        Assert.Equal("", await host.AskAsync($"10.144.0.1:{closed}"));
        Assert.Equal($"{open}:80", Assert.Single(host.Get(web).Ports));
        // The other one is free.
        host.StartProgram("busybox", "httpd", "-f", "-p", closed, "-h", "/");
        await Poll.UntilAsync(async () => (await host.RunAsync("ss", "-ltn")).Contains($":{closed}", StringComparison.Ordinal), "the program");
    }

    [Theory]
    [InlineData("network.publish.taken")]
    [InlineData("network.publish.ruled")]
    public async Task A_change_of_ports_that_fails_leaves_the_old_ones(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=fail";
        await host.StartAgentAsync();
        host.Make("lan");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        Assert.Equal("FaultInjected", host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Publish = ["8081:80"] }).Id);
        Assert.Equal("web", await host.AskAsync("10.144.0.1:8080"));
        Assert.Equal("", await host.AskAsync("10.144.0.1:8081"));
        Assert.Equal("8080:80", Assert.Single(host.Get(web).Ports));
        host.StartProgram("busybox", "httpd", "-f", "-p", "8081", "-h", "/");
        await Poll.UntilAsync(async () => (await host.RunAsync("ss", "-ltn")).Contains(":8081", StringComparison.Ordinal), "the program");
    }

    [Fact]
    public async Task After_a_reboot_it_is_set_up_again_and_its_members_keep_their_addresses()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24", "fd20::/64");
        var container = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true });
        await host.StopAgentAsync();
        await host.RunAsync("ip", "link", "delete", "virt0");
        await host.RunAsync("nft", "flush", "ruleset");
        await host.RunAsync("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward");
        await host.StartAgentAsync();
        Assert.Equal("", Assert.Single(host.OwnNetworks()).Status);
        var again = host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        Assert.Equal(container.IPAddresses, again.IPAddresses);
        await Poll.UntilAsync(async () => await host.AskAsync("10.20.0.1:8080") == "web", "the published service");
    }

    [Fact]
    public async Task Without_an_agent_ports_stay_published_and_after_it_only_those_of_what_runs()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var stays = await host.ServeAsync(NetworkHost.Server("stays", "lan") with { Publish = ["8080:80"] });
        var goes = host.Run(ContainerHost.Script("while [ ! -e /tmp/end ]; do sleep 0.05; done", "goes") with { Network = "lan", Publish = ["8081:80"], AllowFrom = ["10.0.0.0/8"] });
        var asker = host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "lan" });
        host.Exec(goes, "(sleep 0.3; touch /tmp/end) >/dev/null 2>&1 &");
        await host.KillAgentAsync();
        Assert.Equal("stays", await host.AskAsync("10.144.0.1:8080"));
        await Poll.UntilAsync(() => TestHost.ProcessesOf("/tmp/end").Count == 0, "the end of the container");
        await host.StartAgentAsync();
        Assert.Equal("stays", await host.AskAsync("10.144.0.1:8080"));
        Assert.Equal("stays", host.Ask(asker, "10.144.0.1:8080"));
        var rules = await host.RunAsync("nft", "list", "table", "inet", "virt0");
        Assert.Contains("8080", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("8081", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("10.144.0.3", rules, StringComparison.Ordinal);
        Assert.Contains("10.144.0.2", host.Exec(asker, "nslookup stays").Output, StringComparison.Ordinal);
        Assert.Equal("PortInUse", host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("exit 0") with { Network = "lan", Publish = ["8080:81"] } }).Id);
    }

    [Fact]
    public async Task A_kill_between_its_network_and_its_first_instruction_leaves_a_container_that_can_be_started()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = "container.network.connected" + "=kill";
        await host.StartAgentAsync();
        host.Make("lan");
        Assert.Throws<VirtException>(() => host.Run(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] }));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        var container = Assert.Single(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.Equal(ContainerState.Failed, container.State);
        Assert.DoesNotContain("8080", await host.RunAsync("nft", "list", "table", "inet", "virt0"), StringComparison.Ordinal);
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.0.1:8080") == "web", "the published service");
    }

    [Fact]
    public async Task What_fails_between_its_network_and_its_first_instruction_takes_both_back()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = "container.network.connected" + "=fail";
        await host.StartAgentAsync();
        host.Make("lan");
        Assert.Equal("FaultInjected", host.Refused(Methods.StartContainer, new StartContainer { Create = NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] } }).Id);
        Assert.DoesNotContain("8080", await host.RunAsync("nft", "list", "table", "inet", "virt0"), StringComparison.Ordinal);
        Assert.Equal(ContainerState.Failed, host.Invoke(Methods.GetContainer, new GetContainer()).Items.Single().State);
    }
}
