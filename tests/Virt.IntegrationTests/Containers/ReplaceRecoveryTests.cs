using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Xunit;

namespace Virt.IntegrationTests.Containers;

/// <summary>
/// The agent is killed between any two steps of work on layers and generations: afterwards the container is what it was or what it was to become, runs where it ran,
/// and nothing is left over. The names are those of Containers/ContainerFaults.cs, which a unit test compares.
/// </summary>
public sealed class ReplaceRecoveryTests
{
    private const string Service = "echo up >>/mine; trap 'exit 0' TERM; while :; do sleep 1000 & wait; done";

    // What a shell has just forked has its words until it becomes a sleep: that is no other service.
    private const string CountServices = "ps -o pid,ppid,args | awk '/[w]hile :/ { parent[$1] = $2 } END { for (pid in parent) if (!(parent[pid] in parent)) n++; print n + 0 }'";

    public static TheoryData<string> Building =>
    [
        "container.throwaway.made", "container.throwaway.started", "container.throwaway.worked", "container.layer.ended", "container.layer.moved",
        "container.layer.written", "container.layer.named", "container.layer.kept",
    ];

    public static TheoryData<string> Switching =>
    [
        "container.switch.prepared", "container.switch.announced", "container.switch.signalled", "container.switch.stopped", "container.switch.written",
        "container.switch.launched", "container.switch.started",
    ];

    [Theory]
    [MemberData(nameof(Building))]
    public async Task While_a_layer_is_built(string point)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script(Service));
        await host.DriveIntoAsync(point, ["build", $"{container.Id}", "echo two >/srv/version"]);
        Assert.Equal((ContainerState.Running, container.ProcessId, 0), (host.Get(container).State, host.Get(container).ProcessId, host.Get(container).Generation));
        await OnlyItsOwnIsLeftAsync(host, container, layers: point == "container.layer.kept" ? 1 : 0);
    }

    [Theory]
    [MemberData(nameof(Switching))]
    public async Task While_a_running_container_is_replaced(string point)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script(Service));
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "up\n", "its file");
        await host.DriveAsync(["build", $"{container.Id}", "echo two >/srv/version"]);
        await host.DriveIntoAsync(point, ["replace", $"{container.Id}", LayerOf(host)]);
        await IsOneOfBothAndRunsAsync(host, container);
        await OnlyItsOwnIsLeftAsync(host, container, layers: 1);
    }

    [Theory]
    [MemberData(nameof(Switching))]
    public async Task While_a_running_container_is_put_back(string point)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script(Service));
        await Poll.UntilAsync(() => host.Exec(container, "cat /mine").Output == "up\n", "its file");
        await host.DriveAsync(["build", $"{container.Id}", "echo two >/srv/version"], ["replace", $"{container.Id}", "last"]);
        await host.DriveIntoAsync(point, ["putback", $"{container.Id}"]);
        await IsOneOfBothAndRunsAsync(host, container);
        await OnlyItsOwnIsLeftAsync(host, container, layers: host.Get(container).Generation);
    }

    [Theory]
    [InlineData("replace", "container.switch.started")]
    [InlineData("putback", "container.switch.started")]
    [InlineData("discard", "container.discard.written")]
    public async Task While_one_that_does_not_run_is_changed(string word, string point)
    {
        await using var host = await TestHost.StartAsync();
        var container = host.RunToEnd(ContainerHost.Script("cat /srv/version; echo data >/mine; exit 7"));
        await host.DriveAsync(["build", $"{container.Id}", "echo two >/srv/version"], ["replace", $"{container.Id}", "last"]);
        await host.DriveIntoAsync(point, [word, $"{container.Id}", "-"]);
        Assert.Equal((ContainerState.Stopped, 7), (host.Get(container).State, host.Get(container).ExitCode));
        Assert.Equal(word switch { "replace" => (2, 1), "putback" => (0, null), _ => (1, (int?)null) }, (host.Get(container).Generation, host.Get(container).Previous?.Number));
        await OnlyItsOwnIsLeftAsync(host, container, layers: word == "putback" ? 0 : 1);
    }

    private static async Task IsOneOfBothAndRunsAsync(TestHost host, Container container)
    {
        var now = host.WaitFor(container, WaitCondition.Running);
        Assert.Equal(now.Generation, now.Layers.Length);
        Assert.Equal(now.Generation == 0 ? null : 0, now.Previous?.Number);
        Assert.Equal(now.Generation == 0 ? "" : "two\n", host.Exec(container, "cat /srv/version 2>/dev/null").Output);

        // A generation has its own data and a line for each of its starts; there is never a process beside the one that is shown.
        await Poll.UntilAsync(() => host.Exec(container, "sort -u /mine").Output == "up\n", "its own data");
        Assert.Equal("1", host.Exec(container, CountServices).Output.Trim());
    }

    private static async Task OnlyItsOwnIsLeftAsync(TestHost host, Container container, int layers)
    {
        var now = host.Get(container);
        var folder = Path.Combine(host.StateFolder, "containers");
        await Poll.UntilAsync(() => Directory.GetDirectories(folder).Length == 1, "the end of the throw-away container's folder");
        int[] kept = now.Previous is null ? [now.Generation] : [now.Generation, now.Previous.Number];
        await Poll.UntilAsync(() => Generations(Path.Combine(folder, $"{now.Id}")).All(kept.Contains), $"the end of all generations but {string.Join(", ", kept)}");
        await Poll.UntilAsync(() => Directory.Exists(Path.Combine(host.StateFolder, "layers")) ? Directory.GetDirectories(Path.Combine(host.StateFolder, "layers")).Length == layers : layers == 0, $"{layers} layers");
        await Poll.UntilAsync(() => host.ContainersProcessesOf("sleep\u00002147483647").Count == 0, "the end of the throw-away container's process");
    }

    private static System.Collections.Generic.IEnumerable<int> Generations(string folder)
    {
        var later = Path.Combine(folder, "generations");
        var found = Directory.Exists(later) ? Directory.GetDirectories(later).Select(f => int.Parse(Path.GetFileName(f), System.Globalization.CultureInfo.InvariantCulture)) : [];
        return Directory.Exists(Path.Combine(folder, "upper")) ? found.Append(0) : found;
    }

    private static string LayerOf(TestHost host) => "sha256:" + Path.GetFileName(Directory.GetDirectories(Path.Combine(host.StateFolder, "layers")).Single());
}
