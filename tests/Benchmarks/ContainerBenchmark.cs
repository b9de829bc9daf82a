using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>A container of the same root file system, from the request to its first instruction, and to its end and removal.</summary>
internal static class ContainerBenchmark
{
    private const string Network = "bench";

    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        agent.Client.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = Network });
        var crun = Benchmarks.Run.Find("crun");
        var podman = Benchmarks.Run.Find("podman");
        string? bundle = null, mapped = null;
        if (crun is not null)
        {
            bundle = MakeBundle(setting.Work, crun, "bundle", setting.Rootfs, isMapped: false);
            mapped = MakeBundle(setting.Work, crun, "bundle-mapped", setting.Rootfs, isMapped: true);
        }

        var archive = Path.Combine(setting.Work, "bench.tar");
        Benchmarks.Run.Output("/bin/tar", "-C", setting.Rootfs, "-cf", archive, ".");
        if (podman is not null)
        {
            Benchmarks.Run.Output(podman, "import", "-q", archive, "bench");
        }

        using var docker = Docker.Start(setting);
        docker?.Output("import", archive, "bench");

        var cases = new List<Case>
        {
            new("exec", total => OfProcess(setting.First, [], total)),
            new("Virt", total => OfAgent(agent, total)),
            new("Virt host ids", total => OfAgent(agent, total, users: ContainerUserNamespace.Host)),
            new("Virt on a network", total => OfAgent(agent, total, Network)),
        };
        if (crun is not null)
        {
            cases.Add(new("crun mapped", total => OfProcess(crun, ["run", "-b", mapped!, $"vm{Guid.NewGuid():n}"], total)));
            cases.Add(new("crun", total => OfProcess(crun, ["run", "-b", bundle!, $"vb{Guid.NewGuid():n}"], total)));
        }

        if (podman is not null)
        {
            cases.Add(new("podman on a network", total => OfProcess(podman, ["run", "--rm", "--network=bridge", "--publish", "18081:80", "bench", "/bin/first"], total)));
            cases.Add(new("podman", total => OfProcess(podman, ["run", "--rm", "--network=none", "bench", "/bin/first"], total)));
        }

        if (docker is not null)
        {
            cases.Add(new("docker on a network", total => OfDocker(docker, ["--publish", "18083:80"], total)));
            cases.Add(new("docker", total => OfDocker(docker, ["--network=none"], total)));
        }

        var rounds = setting.Rounds(50);
        Case.Interleave(rounds, cases);

        Samples? Of(string name) => cases.FirstOrDefault(one => one.Name == name)?.Samples;
        Samples? TotalOf(string name) => cases.FirstOrDefault(one => one.Name == name)?.Beside;
        string Peer(string name, string? path) => path is null ? $"{name} is not installed" : $"`{name} run`";
        const string First = "Container: from the request to its first instruction";
        const string Whole = "Container: started, ended and removed";
        yield return new Row(First, "ms", Of("Virt")!, Peer("crun", crun) + ", user namespace", Of("crun mapped"), "4× sooner than crun");
        yield return new Row(First, "ms", Of("Virt")!, Peer("crun", crun) + ", the host's ids", Of("crun"), "4× sooner than crun");
        yield return new Row(First + ", the host's ids", "ms", Of("Virt host ids")!, Peer("crun", crun) + ", the host's ids", Of("crun"));
        yield return new Row(First, "ms", Of("Virt")!, Peer("podman", podman), Of("podman"));
        yield return new Row(First, "ms", Of("Virt")!, docker is null ? Docker.Missing : "`docker run`", Of("docker"));
        yield return new Row(First, "ms", Of("Virt")!, "the program alone, no container", Of("exec"));
        yield return new Row(Whole, "ms", TotalOf("Virt")!, Peer("crun", crun), TotalOf("crun"));
        yield return new Row(Whole, "ms", TotalOf("Virt")!, Peer("podman", podman), TotalOf("podman"));
        yield return new Row(Whole, "ms", TotalOf("Virt")!, docker is null ? Docker.Missing : "`docker run`", TotalOf("docker"));
        const string OnNetwork = "Container with bridge, address, name, published port: to its first instruction";
        yield return new Row(OnNetwork, "ms", Of("Virt on a network")!, crun is null ? "crun is not installed" : "`crun run` without an address, user namespace", Of("crun mapped"), "3× sooner than crun");
        yield return new Row(OnNetwork, "ms", Of("Virt on a network")!, crun is null ? "crun is not installed" : "`crun run` without an address, the host's ids", Of("crun"), "3× sooner than crun");
        yield return new Row(OnNetwork, "ms", Of("Virt on a network")!, podman is null ? "podman is not installed" : "`podman run --publish`", Of("podman on a network"), "30× sooner than podman");
        yield return new Row(OnNetwork, "ms", Of("Virt on a network")!, docker is null ? Docker.Missing : "`docker run --publish`", Of("docker on a network"), "50× sooner than docker");
        yield return new Row("Containers on a bridge, one after another", "a second", Samples.Of(PerSecond(agent)), "", null, "200 a second");

        foreach (var row in TypedBenchmark.Run(setting, agent, Network))
        {
            yield return row;
        }

        yield return KeeperRow(agent, podman);
        foreach (var row in CommandRows(setting, agent, podman, docker))
        {
            yield return row;
        }

        foreach (var row in ManyRows(setting, agent))
        {
            yield return row;
        }
    }

    // A command in a container that runs, from the request to its end and output.
    private static IEnumerable<Row> CommandRows(Setting setting, Agent agent, string? podman, Docker? docker)
    {
        var container = agent.Client.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Image = "bench", Command = ["/bin/sleep", "1000"] } });
        var name = $"vb{Guid.NewGuid():n}";
        var cases = new List<Case> { new("Virt", () => Timed(() => agent.Client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["/bin/first"] }, observer: new Lines()))) };
        if (podman is not null)
        {
            Benchmarks.Run.Output(podman, "run", "-d", "--rm", "--name", name, "--network=none", "bench", "/bin/sleep", "1000");
            cases.Add(new Case("podman", () => Timed(() => Benchmarks.Run.Output(podman, "exec", name, "/bin/first"))));
        }

        if (docker is not null)
        {
            docker.Output("run", "-d", "--rm", "--name", name, "--network=none", "bench", "/bin/sleep", "1000");
            cases.Add(new Case("docker", () => docker.Time("exec", name, "/bin/first")));
        }

        Case.Interleave(setting.Rounds(50), cases);
        docker?.Output("rm", "-f", name);
        agent.Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name, Force = true });
        if (podman is not null)
        {
            Benchmarks.Run.Output(podman, "rm", "-f", "-t", "0", name);
        }

        Samples? Of(string peer) => cases.FirstOrDefault(one => one.Name == peer)?.Samples;
        const string Command = "Container: a command in it, to its end";
        yield return new Row(Command, "ms", cases[0].Samples, podman is null ? "podman is not installed" : "`podman exec`", Of("podman"), "50× podman");
        yield return new Row(Command, "ms", cases[0].Samples, docker is null ? Docker.Missing : "`docker exec`", Of("docker"));
    }

    // Many at a time: starts one after another, a list of all, one more, and all stopped at once.
    private static IEnumerable<Row> ManyRows(Setting setting, Agent agent)
    {
        var count = setting.Quick ? 100 : 1000;
        var alone = Samples.Of(Timed(() => Remove(agent, Sleeper(agent))));
        var all = new List<Container>(count);
        var hundred = Timed(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                all.Add(Sleeper(agent));
            }
        });
        while (all.Count < count)
        {
            all.Add(Sleeper(agent));
        }

        var list = new Samples();
        for (var i = 0; i < 10; i++)
        {
            list.Add(Timed(() => agent.Client.Invoke(Methods.GetContainer, new GetContainer())));
        }

        var more = Samples.Of(Timed(() => Remove(agent, Sleeper(agent))));
        var busy = Samples.Of(Benchmarks.Run.ResidentMB(agent.Pid));
        var rested = Samples.Of(agent.RestedMB());
        var stop = Samples.Of(Stop(agent, all.GetRange(0, 100)));
        all.ForEach(c => agent.Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = c.Id, Name = c.Name, Force = true }));
        yield return new Row("Containers: 100 started one after another, a second", "", Samples.Of(100_000 / hundred), "", null, "≥ 200");
        yield return new Row("Containers: 100 stopped", "ms", stop, "", null, "< 200 ms");
        yield return new Row($"Containers: a list of {count} that run", "ms", list, "", null, "< 20 ms for 1,000");
        yield return new Row($"Containers: one more beside {count}, started and removed", "ms", more, "the first one", alone, "< 2× the first");
        yield return new Row($"Agent: resident memory with {count} containers, 12 s after the last call", "MB", rested, "", null, "< 25 MB for 1,000");
        yield return new Row($"Agent: resident memory with {count} containers, right after it", "MB", busy, "", null);
    }

    // All at once, each told by itself.
    private static double Stop(Agent agent, List<Container> containers) => Timed(() =>
    {
        var operations = containers.ConvertAll(c => agent.Client.Detach(Methods.StopContainer, new StopContainer { Id = c.Id, Name = c.Name, TurnOff = true }));
        operations.ForEach(o => agent.Client.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = o.Id }));
    });

    private static Container Sleeper(Agent agent) => agent.Client.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Image = "bench", Command = ["/bin/sleep", "1000"] } });

    private static void Remove(Agent agent, Container container) =>
        agent.Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name, Force = true });

    private static double Timed(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

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

    private static double OfAgent(Agent agent, Samples total, string network = "", ContainerUserNamespace users = ContainerUserNamespace.Private)
    {
        var start = Stopwatch.GetTimestamp();
        var container = agent.Client.Invoke(Methods.StartContainer, new StartContainer
        {
            Create = new NewContainer { Image = "bench", Command = ["/bin/first"], Network = network, Publish = network.Length > 0 ? ["18080:80"] : [], UserNamespace = users },
        });
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

    private static double OfDocker(Docker docker, string[] options, Samples total)
    {
        var start = Stopwatch.GetTimestamp();
        var printed = docker.Output(["run", "--rm", .. options, "bench", "/bin/first"]);
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

    /// <summary>A bundle for crun in a folder of its own, with the program <c>first</c> of a root folder that may lie elsewhere.</summary>
    public static string MakeBundle(string folder, string crun, string name, string rootfs, bool isMapped)
    {
        var bundle = Path.Combine(folder, name);
        Directory.CreateDirectory(bundle);
        Benchmarks.Run.Output(crun, ["spec"], info => info.WorkingDirectory = bundle);
        var config = File.ReadAllText(Path.Combine(bundle, "config.json"));
        config = config.Replace("\"terminal\": true", "\"terminal\": false", StringComparison.Ordinal)
            .Replace("\"rootfs\"", $"\"{rootfs}\"", StringComparison.Ordinal)
            .Replace("\"sh\"", "\"/bin/first\"", StringComparison.Ordinal);
        if (isMapped)
        {
            const string Ids = """[{ "containerID": 0, "hostID": 1610612736, "size": 65536 }]""";
            config = config.Replace("\"namespaces\": [", $"\"uidMappings\": {Ids}, \"gidMappings\": {Ids}, \"namespaces\": [ {{ \"type\": \"user\" }},", StringComparison.Ordinal);
        }

        File.WriteAllText(Path.Combine(bundle, "config.json"), config);
        return bundle;
    }
}
