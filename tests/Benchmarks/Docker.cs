using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace Virt.Benchmarks;

/// <summary>Docker's daemon in the private namespaces of build/bench.sh, as build/docker.sh has unpacked it, with all that it makes in the run's folder.</summary>
internal sealed class Docker : IDisposable
{
    public const string Missing = "Docker is not unpacked";

    /// <summary>Where its control groups stand; build/bench.sh removes what it leaves of them.</summary>
    private const string ControlGroup = "/virt-bench-docker";

    private readonly Setting setting;
    private readonly Process daemon;

    private Docker(Setting setting)
    {
        this.setting = setting;
        daemon = Run.Start(
            Program("dockerd"),
            [
                "--data-root", setting.Work + "/docker", "--exec-root", setting.Work + "/docker-run", "--pidfile", setting.Work + "/docker.pid", "--host", Socket,
                "--cgroup-parent", ControlGroup, "--insecure-registry", PullBenchmark.Registry, "--log-level", "error",
            ],
            Configure);
        daemon.BeginErrorReadLine();
        daemon.BeginOutputReadLine();
        for (var attempt = 0; !File.Exists(Socket["unix://".Length..]); attempt++)
        {
            if (daemon.HasExited || attempt > 600)
            {
                throw new InvalidOperationException("dockerd has not opened its socket.");
            }

            Thread.Sleep(50);
        }

        Output("info");
    }

    private string Socket => $"unix://{setting.Work}/docker.sock";

    /// <summary>Null where it is not unpacked.</summary>
    public static Docker? Start(Setting setting) => File.Exists(Path.Combine(setting.Root, "out/docker/bin/dockerd")) ? new Docker(setting) : null;

    public string Output(params IEnumerable<string> arguments) => Run.Output(Program("docker"), arguments, Configure);

    /// <summary>Milliseconds from the start of its command to the end of that.</summary>
    public double Time(params IEnumerable<string> arguments)
    {
        var start = Stopwatch.GetTimestamp();
        Output(arguments);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public void Dispose()
    {
        // It ends its containerd itself, which a kill would leave.
        Run.Output("/bin/kill", $"{daemon.Id}");
        daemon.WaitForExit();
        daemon.Dispose();
    }

    private string Program(string name) => Path.Combine(setting.Root, "out/docker/bin", name);

    private void Configure(ProcessStartInfo info)
    {
        info.Environment["PATH"] = Path.Combine(setting.Root, "out/docker/bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        info.Environment["LD_LIBRARY_PATH"] = Path.Combine(setting.Root, "out/docker/lib");
        info.Environment["XTABLES_LIBDIR"] = Path.Combine(setting.Root, "out/docker/lib/xtables");
        info.Environment["DOCKER_HOST"] = Socket;
        info.Environment["HOME"] = setting.Work;
    }
}
