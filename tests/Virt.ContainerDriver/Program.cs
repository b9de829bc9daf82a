using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Agent.Networks;
using Virt.Agent.State;
using Virt.Agent.Storage.Volumes;
using Virt.Linux.Cgroups;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.ContainerDriver;

/// <summary><c>virt-agent-program state run image, ; word …, ; word …</c>: takes the state over as an agent does, and does each word's work.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        Signals.ResetChildEnded();
        var paths = new AgentPaths(arguments[1], arguments[2], []);
        using var state = new StateStore(paths.Database);
        using var keeper = new Keeper(paths.KeeperSocket, arguments[0]);
        await using var networks = new NetworkService(state.Resources, TimeProvider.System);
        await networks.RecoverAsync().ConfigureAwait(false);
        var volumes = new VolumeService(paths, state.Resources, new KeptToolRunner(keeper), new UnfinishedFiles(paths.Exports), TimeProvider.System);
        await volumes.RecoverAsync().ConfigureAwait(false);
        await using var containers = new ContainerService(paths, state.Resources, keeper, new CgroupTree(), (_, _) => Base(arguments[3]), networks, volumes, TimeProvider.System);
        await containers.RecoverAsync().ConfigureAwait(false);
        networks.Settle();
        var driver = new Driver(containers);
        foreach (var words in Split(arguments[4..]))
        {
            try
            {
                Console.WriteLine(await driver.RunAsync(words).ConfigureAwait(false));
            }
            catch (VirtException e)
            {
                Console.WriteLine($"{e.Code} {e.Id} {e.Message}");
            }
        }

        return 0;
    }

    private static ContainerBase Base(string image) => new(Path.GetFileName(image), Path.Combine(image, "rootfs"), [], new System.Collections.Generic.Dictionary<string, string>(), Path.Combine(image, "image.json"));

    private static System.Collections.Generic.IEnumerable<string[]> Split(string[] arguments)
    {
        for (var at = 0; at < arguments.Length; at++)
        {
            var words = arguments[(at + 1)..].TakeWhile(static word => word != ";").ToArray();
            yield return words;
            at += words.Length;
        }
    }
}
