using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.Benchmarks;

/// <summary>A container of the same root file system, from the request to its first instruction, and to its end and removal.</summary>
internal static class ContainerBenchmark
{
    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        agent.Client.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = Network });
        var crun = Benchmarks.Run.Find("crun");
        var podman = Benchmarks.Run.Find("podman");
        string? bundle = null;
        if (crun is not null)
        {
            bundle = MakeBundle(setting, crun);
        }

        if (podman is not null)
        {
            Benchmarks.Run.Output("/bin/sh", "-c", $"tar -C {setting.Rootfs} -c . | {podman} import -q - bench");
        }

        var cases = new List<Case>
        {
            new("exec", total => OfProcess(setting.First, [], total)),
            new("Virt", total => OfAgent(agent, total)),
            new("Virt on a network", total => OfAgent(agent, total, Network)),
        };
        if (crun is not null)
        {
            cases.Add(new("crun", total => OfProcess(crun, ["run", "-b", bundle!, $"vb{Guid.NewGuid():n}"], total)));
        }

        if (podman is not null)
        {
            cases.Add(new("podman on a network", total => OfProcess(podman, ["run", "--rm", "--network=bridge", "--publish", "18081:80", "bench", "/bin/first"], total)));
            cases.Add(new("podman", total => OfProcess(podman, ["run", "--rm", "--network=none", "bench", "/bin/first"], total)));
        }

        var rounds = setting.Rounds(50);
        Case.Interleave(rounds, cases);

        Samples? Of(string name) => cases.FirstOrDefault(one => one.Name == name)?.Samples;
        Samples? TotalOf(string name) => cases.FirstOrDefault(one => one.Name == name)?.Beside;
        string Peer(string name, string? path) => path is null ? $"{name} is not installed" : $"`{name} run`";
        const string First = "Container: from the request to its first instruction";
        const string Whole = "Container: started, ended and removed";
        yield return new Row(First, "ms", Of("Virt")!, Peer("crun", crun), Of("crun"), "4× sooner than crun");
        yield return new Row(First, "ms", Of("Virt")!, Peer("podman", podman), Of("podman"));
        yield return new Row(First, "ms", Of("Virt")!, "the program alone, no container", Of("exec"));
        yield return new Row(Whole, "ms", TotalOf("Virt")!, Peer("crun", crun), TotalOf("crun"));
        yield return new Row(Whole, "ms", TotalOf("Virt")!, Peer("podman", podman), TotalOf("podman"));
        const string OnNetwork = "Container with bridge, address, name, published port: to its first instruction";
        yield return new Row(OnNetwork, "ms", Of("Virt on a network")!, crun is null ? "crun is not installed" : "`crun run` without an address", Of("crun"), "3× sooner than crun");
        yield return new Row(OnNetwork, "ms", Of("Virt on a network")!, podman is null ? "podman is not installed" : "`podman run --publish`", Of("podman on a network"), "30× sooner than podman");
        yield return new Row("Containers on a bridge, one after another", "a second", Samples.Of(PerSecond(agent)), "", null, "200 a second");

        yield return KeeperRow(agent, podman);
    }

    private const string Network = "bench";

    // 100 that run on, each started when the one before it runs.
    private static double PerSecond(Agent agent)
    {
        const int Count = 100;
        var containers = new List<Container>();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Count; i++)
        {
            containers.Add(agent.Client.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Image = "bench", Command = ["/bin/sleep", "1000"], Network = Network } }));
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var container in containers)
        {
            agent.Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name, Force = true });
        }

        return Count / seconds;
    }

    private static double OfAgent(Agent agent, Samples total, string network = "")
    {
        var start = Stopwatch.GetTimestamp();
        var container = agent.Client.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Image = "bench", Command = ["/bin/first"], Network = network, Publish = network.Length > 0 ? ["18080:80"] : [] } });
        agent.Client.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, Name = container.Name, For = WaitCondition.Stopped });
        var log = new Lines();
        agent.Client.Invoke(Methods.GetContainerLog, new GetContainerLog { Id = container.Id, Name = container.Name }, observer: log);
        agent.Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name });
        total.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return Benchmarks.Run.SinceFirst(start, log.Last);
    }

    private static double OfProcess(string program, IEnumerable<string> arguments, Samples total)
    {
        var start = Stopwatch.GetTimestamp();
        var printed = Benchmarks.Run.Output(program, arguments);
        total.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return Benchmarks.Run.SinceFirst(start, printed);
    }

    private static Row KeeperRow(Agent agent, string? podman)
    {
        var container = agent.Client.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Image = "bench", Command = ["/bin/sleep", "1000"] } });
        var keeper = Samples.Of(Benchmarks.Run.ResidentMB(agent.KeeperPid ?? throw new InvalidOperationException("The agent has no keeper.")));
        agent.Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name, Force = true });
        Samples? monitor = null;
        if (podman is not null)
        {
            var name = $"vb{Guid.NewGuid():n}";
            Benchmarks.Run.Output(podman, "run", "-d", "--rm", "--name", name, "--network=none", "bench", "/bin/sleep", "1000");
            var pid = Benchmarks.Run.Output(podman, "inspect", "-f", "{{.State.ConmonPid}}", name);
            monitor = Samples.Of(Benchmarks.Run.ResidentMB(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture)));
            Benchmarks.Run.Output(podman, "rm", "-f", "-t", "0", name);
        }

        return new Row("Keeper: resident memory (one a host)", "MB", keeper, podman is null ? "podman is not installed" : "podman's conmon (one a container)", monitor);
    }

    private static string MakeBundle(Setting setting, string crun)
    {
        var bundle = Path.Combine(setting.Work, "bundle");
        Directory.CreateDirectory(bundle);
        Benchmarks.Run.Output(crun, ["spec"], info => info.WorkingDirectory = bundle);
        var config = File.ReadAllText(Path.Combine(bundle, "config.json"));
        config = config.Replace("\"terminal\": true", "\"terminal\": false", StringComparison.Ordinal)
            .Replace("\"rootfs\"", $"\"{setting.Rootfs}\"", StringComparison.Ordinal)
            .Replace("\"sh\"", "\"/bin/first\"", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(bundle, "config.json"), config);
        return bundle;
    }

    private sealed class Lines : ICallObserver
    {
        public string Last { get; private set; } = "";

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message) => Last = MessageCodec.ReadValue(message, ContainerLogEntry.WireFormat.Read).Line;
    }
}
