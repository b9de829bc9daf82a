using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What a guest is asked, so that it is known whether it works.</summary>
public sealed class HealthTests
{
    private static readonly HealthCheck Often = new() { Interval = TimeSpan.FromMilliseconds(100), StartPeriod = TimeSpan.FromMinutes(5), Retries = 2 };

    [Fact]
    public async Task It_is_healthy_while_what_it_is_asked_is_as_it_should_be()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "isolated", Health = Often with { Command = ["test", "-e", "/tmp/works"] } });
        host.Boot("web01");

        // It has not worked yet, and may take its time to.
        await Poll.UntilAsync(() => host.Get("web01").HealthMessage == "'test' ended with 1", "the first answer");
        Assert.Equal(WorkloadHealth.Starting, host.Get("web01").Health);
        host.Run("web01", "touch /tmp/works");
        Assert.Equal(WorkloadHealth.Healthy, host.Wait("web01", WaitCondition.Healthy).Health);

        // From here on it has to.
        host.Run("web01", "rm /tmp/works");
        await HealthAsync(host, WorkloadHealth.Unhealthy);
        var error = host.Refused(Methods.WaitVM, new WaitVM { Name = "web01", For = WaitCondition.Healthy, Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Contains("'test' ended with 1", error.Message);

        // Another agent asks on.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        host.Wait("web01", WaitCondition.GuestAgent);
        host.Run("web01", "touch /tmp/works");
        await HealthAsync(host, WorkloadHealth.Healthy);

        // A port, and then a page, of a service that comes and goes.
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Health = new HealthCheckChange { TcpPort = 8080 } });
        await HealthAsync(host, WorkloadHealth.Starting);
        host.Run("web01", "mkdir -p /tmp/www && echo hello > /tmp/www/index.html && httpd -p 127.0.0.1:8080 -h /tmp/www");
        await HealthAsync(host, WorkloadHealth.Healthy);
        Assert.Equal("port 8080 takes connections", host.Get("web01").HealthMessage);
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Health = new HealthCheckChange { HttpUrl = "http://127.0.0.1:8080/" } });
        await Poll.UntilAsync(() => host.Get("web01").HealthMessage == "http://127.0.0.1:8080/ answers 200", "the page");
        host.Run("web01", "kill $(pidof httpd)");
        await HealthAsync(host, WorkloadHealth.Unhealthy);

        // Nothing is asked any more but whether its guest agent answers; and of one that is off, nothing.
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", Health = new HealthCheckChange { TcpPort = 0 } });
        Assert.Null(host.Get("web01").HealthCheck);
        await HealthAsync(host, WorkloadHealth.Healthy);
        host.Stop("web01", turnOff: true);
        Assert.Equal((WorkloadHealth.None, ""), (host.Get("web01").Health, host.Get("web01").HealthMessage));
    }

    private static Task HealthAsync(TestHost host, WorkloadHealth health) => Poll.UntilAsync(() => host.Get("web01").Health == health, () => $"its being {health}: {host.Get("web01").HealthMessage}");
}
