using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Networks;

/// <summary>Published ports of a container that change while it runs.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task Ports_change_without_a_restart_and_stay_over_the_next_one()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80", "8082:80"] });
        var after = host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Publish = ["8081:80", "8082:80"] });
        Assert.Equal((web.ProcessId, ""), (after.ProcessId, after.Status));
        Assert.Equal(["8081:80", "8082:80"], after.Ports);
        Assert.Equal(("", "web", "web"), (await host.AskAsync("10.144.0.1:8080"), await host.AskAsync("10.144.0.1:8081"), await host.AskAsync("10.144.0.1:8082")));
        // What it gave up is another's at once.
        await host.ServeAsync(NetworkHost.Server("other", "lan") with { Publish = ["8080:80"] });
        Assert.Equal("other", await host.AskAsync("10.144.0.1:8080"));

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal("web", await host.AskAsync("10.144.0.1:8081"));
        host.Invoke(Methods.RestartContainer, new RestartContainer { Id = web.Id });
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.0.1:8081") == "web", "the published service");
        Assert.Equal(["8081:80", "8082:80"], host.Get(web).Ports);

        Assert.Empty(host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, Publish = [] }).Ports);
        Assert.Equal(("", ""), (await host.AskAsync("10.144.0.1:8081"), await host.AskAsync("10.144.0.1:8082")));
    }

    [Fact]
    public async Task Who_may_come_changes_without_a_restart()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        host.Make("other");
        var neighbour = host.Run(ContainerHost.Script("exec sleep 1000") with { Network = "other" });
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        Assert.Equal(["192.0.2.0/24"], host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, AllowFrom = ["192.0.2.0/24"] }).AllowFrom);
        Assert.Equal("", host.Ask(neighbour, "10.144.0.1:8080"));
        Assert.Empty(host.Invoke(Methods.SetContainer, new SetContainer { Id = web.Id, AllowFrom = [] }).AllowFrom);
        Assert.Equal("web", host.Ask(neighbour, "10.144.0.1:8080"));
        Assert.Equal(web.ProcessId, host.Get(web).ProcessId);
    }

    [Fact]
    public async Task A_port_of_another_is_refused_and_nothing_has_changed()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var web = await host.ServeAsync(NetworkHost.Server("web", "lan") with { Publish = ["8080:80"] });
        await host.ServeAsync(NetworkHost.Server("other", "lan") with { Publish = ["8090:80"] });
        var error = host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Publish = ["8081:80", "8090:80"], MemoryBytes = 64 << 20 });
        Assert.Equal((ErrorCode.Conflict, "PortInUse", "Cannot change container 'web': port 8090 of the host cannot be published, container 'other' publishes it."), (error.Code, error.Id, error.Message));
        Assert.Equal(("web", "", "other"), (await host.AskAsync("10.144.0.1:8080"), await host.AskAsync("10.144.0.1:8081"), await host.AskAsync("10.144.0.1:8090")));
        Assert.Null(host.Get(web).MemoryLimitBytes);
        // With a change that needs a start, too: it is not ended for what cannot be.
        Assert.Equal("PortInUse", host.Refused(Methods.SetContainer, new SetContainer { Id = web.Id, Publish = ["8090:80"], HostName = "new" }).Id);
        Assert.Equal((web.ProcessId, "web"), (host.Get(web).ProcessId, host.Get(web).HostName));
    }

    [Fact]
    public async Task One_that_does_not_run_has_them_at_its_start_and_one_without_a_network_never()
    {
        await using var host = await TestHost.StartAsync();
        host.Make("lan");
        var made = host.Invoke(Methods.NewContainer, NetworkHost.Server("made", "lan"));
        Assert.Equal(["8080:80"], host.Invoke(Methods.SetContainer, new SetContainer { Id = made.Id, Publish = ["8080:80"] }).Ports);
        host.Invoke(Methods.StartContainer, new StartContainer { Id = made.Id });
        await Poll.UntilAsync(async () => await host.AskAsync("10.144.0.1:8080") == "made", "the published service");
        var alone = host.Run(ContainerHost.Script("exec sleep 1000", "alone"));
        var error = host.Refused(Methods.SetContainer, new SetContainer { Id = alone.Id, Publish = ["8081:80"] });
        Assert.Equal("Cannot change container 'alone': in the network 'none' it has no ports to publish.", error.Message);
    }
}
