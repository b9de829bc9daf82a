using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>An image of about 170 MB, from a registry on loopback until containers can be made from it.</summary>
internal static class PullBenchmark
{
    public const string Registry = "127.0.0.1:5000";
    private const string Name = Registry + "/bench/debian:1";

    public static IEnumerable<Row> Run(Setting setting)
    {
        string[] needed = ["docker-registry", "skopeo", "umoci"];
        if (needed.Where(static program => Benchmarks.Run.Find(program) is null).ToList() is { Count: > 0 } missing)
        {
            Console.Error.WriteLine($"Not measured: {string.Join(", ", missing)} not installed (build/bench.sh --install-peers).");
            yield break;
        }

        using var server = Serve(setting);
        Push(setting);
        using var docker = Docker.Start(setting);
        var podman = Benchmarks.Run.Find("podman");
        var ours = new Case("Virt", size => Pull(setting, size));
        var podmans = new Case("podman", () => PullWith(podman!));
        var dockers = new Case("docker", () => PullWith(docker!));
        Case.Interleave(setting.Rounds(10), Those(ours, podmans, podman, dockers, docker));
        const string Pulled = "Image: pulled from a registry on loopback and unpacked";
        yield return new Row(Pulled, "ms", ours.Samples, podman is null ? "podman is not installed" : "`podman pull`", podmans.Samples.OrNull, "3× sooner than podman");
        yield return new Row(Pulled, "ms", ours.Samples, docker is null ? Docker.Missing : "`docker pull`", dockers.Samples.OrNull, "3× sooner than docker");
        yield return new Row("Image: the bytes that were pulled", "MB", ours.Beside, "", null);
        server.Kill();
        server.WaitForExit();
        foreach (var row in Load(setting, podman, docker))
        {
            yield return row;
        }
    }

    private static List<Case> Those(Case ours, Case podmans, string? podman, Case dockers, Docker? docker) => [ours, .. podman is null ? (Case[])[] : [podmans], .. docker is null ? (Case[])[] : [dockers]];

    // The same image in an archive.
    private static IEnumerable<Row> Load(Setting setting, string? podman, Docker? docker)
    {
        var archive = Path.Combine(setting.Work, "load.tar");
        Benchmarks.Run.Output(Benchmarks.Run.Find("skopeo")!, "--insecure-policy", "copy", "-q", $"oci:{setting.Work}/layout:t", $"docker-archive:{archive}:docker.io/bench/debian:1");
        var ours = new Case("Virt", () =>
        {
            using var agent = new Agent(setting);
            var start = Stopwatch.GetTimestamp();
            agent.Client.Invoke(Methods.ImportContainerImage, new ImportContainerImage { Path = archive });
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        var podmans = new Case("podman", () =>
        {
            var took = Benchmarks.Run.Time(podman!, "load", "-q", "-i", archive);
            Benchmarks.Run.Output(podman!, "rmi", "-f", "docker.io/bench/debian:1");
            return took;
        });
        var dockers = new Case("docker", () =>
        {
            var took = docker!.Time("load", "-q", "-i", archive);
            docker.Output("rmi", "-f", "bench/debian:1");
            return took;
        });
        Case.Interleave(setting.Rounds(10), Those(ours, podmans, podman, dockers, docker));
        const string Loaded = "Image: read from an archive of the same and unpacked";
        yield return new Row(Loaded, "ms", ours.Samples, podman is null ? "podman is not installed" : "`podman load`", podmans.Samples.OrNull, "3× sooner than podman");
        yield return new Row(Loaded, "ms", ours.Samples, docker is null ? Docker.Missing : "`docker load`", dockers.Samples.OrNull, "3× sooner than docker");
    }

    private static Process Serve(Setting setting)
    {
        var config = Path.Combine(setting.Work, "registry.yml");
        File.WriteAllText(config, $$"""
            version: 0.1
            log: {level: error, accesslog: {disabled: true} }
            storage: {filesystem: {rootdirectory: {{setting.Work}}/registry} }
            http: {addr: {{Registry}} }
            """);
        var server = Benchmarks.Run.Start(Benchmarks.Run.Find("docker-registry")!, ["serve", config]);
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        using var socket = new System.Net.Sockets.TcpClient();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                socket.Connect("127.0.0.1", 5000);
                return server;
            }
            catch (System.Net.Sockets.SocketException) when (attempt < 200)
            {
                Thread.Sleep(50);
            }
        }
    }

    // Two layers: a Debian system, and on it what a program and its data may be.
    private static void Push(Setting setting)
    {
        var layout = Path.Combine(setting.Work, "layout");
        Benchmarks.Run.Output("/bin/sh", "-euc", $"""
            umoci init --layout {layout}
            umoci new --image {layout}:t
            umoci insert --image {layout}:t {setting.Root}/out/test-images/containers/debian/rootfs /
            mkdir {setting.Work}/more
            cp {setting.Agent} {setting.First} {setting.Root}/out/module/Virt/*.dll {setting.Work}/more/
            umoci insert --image {layout}:t {setting.Work}/more /opt/more
            umoci config --image {layout}:t --config.cmd sh
            skopeo --insecure-policy copy -q --dest-tls-verify=false oci:{layout}:t docker://{Name}
            """);
    }

    private static double Pull(Setting setting, Samples size)
    {
        using var agent = new Agent(setting, options: ["--registry-plain-http", Registry]);
        var start = Stopwatch.GetTimestamp();
        var image = agent.Client.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        size.Add(image.SizeBytes / 1e6);
        return took;
    }

    private static double PullWith(string podman)
    {
        var took = Benchmarks.Run.Time(podman, "pull", "-q", "--tls-verify=false", Name);
        Benchmarks.Run.Output(podman, "rmi", "-f", Name);
        return took;
    }

    private static double PullWith(Docker docker)
    {
        var took = docker.Time("pull", "-q", Name);
        docker.Output("rmi", "-f", Name);
        return took;
    }
}
