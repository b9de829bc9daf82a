using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;

namespace Virt.IntegrationTests.Networks;

/// <summary>Short words for what the network tests ask an agent and its host for.</summary>
internal static class NetworkHost
{
    public static VirtNetwork Make(this TestHost host, string name, VirtNetworkMode mode = VirtNetworkMode.Bridge, params string[] subnets) =>
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = name, Mode = mode, Subnets = subnets });

    public static VirtNetwork[] OwnNetworks(this TestHost host) => [.. host.Invoke(Methods.GetVirtNetwork, new GetVirtNetwork()).Items.Where(static n => n.BridgeName.Length > 0)];

    /// <summary>A container that serves its own name at its port 80. It goes on where it may not have that port, as in the host's network; by its init it ends when asked to.</summary>
    public static NewContainer Server(string name, string network) =>
        ContainerHost.Script("echo $HOSTNAME >/tmp/f; httpd -f -p 80 -h /tmp; exec sleep 1000", name) with { Network = network, Init = true };

    /// <summary>Starts one, and waits until it serves.</summary>
    public static async Task<Container> ServeAsync(this TestHost host, NewContainer request)
    {
        var container = host.Run(request);
        await Poll.UntilAsync(() => host.Exec(container, "wget -qO- http://127.0.0.1/f").Exit.ExitCode == 0, "the service");
        return container;
    }

    /// <summary>What a server answers to a container; empty where it does not.</summary>
    public static string Ask(this TestHost host, Container from, string address) => host.Exec(from, $"timeout 2 wget -q -O- http://{address}/f 2>/dev/null").Output.TrimEnd();

    /// <summary>What a server answers to the host; empty where it does not.</summary>
    public static async Task<string> AskAsync(this TestHost host, string address) => (await host.RunAsync("sh", "-c", $"timeout 2 busybox wget -q -O- http://{address}/f 2>/dev/null; true")).TrimEnd();
}
