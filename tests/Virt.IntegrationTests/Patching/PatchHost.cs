using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>Short words for what the tests of patching ask an agent for.</summary>
internal static class PatchHost
{
    /// <summary>A service answers at this port of its own loopback.</summary>
    public static HealthCheck Serves(int port) => new() { HttpUrl = $"http://127.0.0.1:{port}/", Timeout = TimeSpan.FromSeconds(5), Interval = TimeSpan.FromMilliseconds(200) };

    /// <summary>A request that patches one container, only this package.</summary>
    public static InvokePatch Patch(Container container, string package, HealthCheck? health = null, PatchOptions? options = null) => new()
    {
        Targets = new PatchTargets { ContainerIds = [container.Id] },
        Filter = new PatchFilter { Include = [package] },
        Options = (options ?? new PatchOptions()) with { Health = health ?? new HealthCheck() },
    };

    /// <summary>A container of the Debian image whose service is version 1 of a package, and answers.</summary>
    public static Task<Container> StartServiceAsync(this TestHost host, string package, int port, string name = "api") =>
        host.StartServiceAsync(new NewContainer { Name = name, Image = "debian", Command = [$"/usr/bin/{package}-server", $"{port}"] }, port);

    public static async Task<Container> StartServiceAsync(this TestHost host, NewContainer request, int port)
    {
        var container = host.Run(request);
        await Poll.UntilAsync(() => host.Ask(container, port).Length > 0, $"an answer at port {port}");
        return host.Get(container);
    }

    /// <summary>What a service answers, status line and body; empty where it does not.</summary>
    public static string Ask(this TestHost host, Container container, int port)
    {
        var output = host.Exec(container, $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port} && printf \"GET / HTTP/1.0\\r\\n\\r\\n\" >&3 && cat <&3' 2> /dev/null").Output;
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : $"{lines[0]} {lines[^1]}";
    }

    /// <summary>The version of a package that a container has, as dpkg and the package's own file say.</summary>
    public static string VersionOf(this TestHost host, Container container, string package)
    {
        var output = host.Exec(container, $"dpkg-query -W -f '${{Version}} ' {package}; cat /usr/share/{package}/version").Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return Assert.Single(output.Distinct());
    }

    /// <summary>The one result of a run.</summary>
    public static PatchResult Only(this PatchRun run) => Assert.Single(run.Results);

    /// <summary>A run's end, and its results whatever it was.</summary>
    public static PatchRun EndOf(this TestHost host, Guid run)
    {
        host.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = run, Timeout = Poll.Limit });
        return Assert.Single(host.Invoke(Methods.GetPatchHistory, new GetPatchHistory { RunIds = [run] }).Items);
    }

    /// <summary>Waits until somebody's wish to stop an operation has come to the agent.</summary>
    public static Task IsBeingCancelledAsync(this TestHost host, Guid id) => Poll.UntilAsync(
        () => host.Invoke(Methods.GetVirtOperation, new GetVirtOperation { Ids = [id] }).Items[0].Activity.StartsWith("Being cancelled", StringComparison.Ordinal), "the operation says that it is being cancelled");

    /// <summary>Each step with its time, for the reader of a test's output.</summary>
    public static string Steps(PatchResult result) => string.Join(", ", result.Steps.Select(static s => FormattableString.Invariant($"{s.Name} {s.Duration.TotalMilliseconds:0} ms ({s.State}: {s.Message})")));
}
