using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>A patch of a container: what it costs beside apt itself, and how long its service does not answer.</summary>
internal static class PatchBenchmark
{
    private const int Port = 8080;

    // What the agent has apt do for one package: once for the plan, then exactly what the plan says.
    private const string Apt = "export DEBIAN_FRONTEND=noninteractive LC_ALL=C; apt-get -q update && apt-get -s -q dist-upgrade && apt-get -y -q install virt-good=2 && dpkg-query -W";

    public static IEnumerable<Row> Run(Setting setting)
    {
        var images = Path.Combine(setting.Root, "out/test-images");
        using var archive = Virt.Benchmarks.Run.Start("busybox", ["httpd", "-f", "-p", "127.0.0.1:7790", "-h", Path.Combine(images, "archive")]);
        try
        {
            using var agent = new Agent(setting, options: ["--images", images]);
            var gaps = new Samples();
            var stops = new Samples();
            var ours = new Case("Virt", _ => Patch(agent, gaps, stops));
            var apt = new Case("apt", _ => RunApt(agent));
            Case.Interleave(setting.Rounds(10), ours, apt);
            yield return new Row("Patch of a container, one package: in all", "ms", ours.Samples, "apt alone in a container of the same image", apt.Samples);
            yield return new Row("Patch of a container: all but apt", "ms", ours.Samples.Beyond(apt.Samples), "", null, "< 1000 ms");
            yield return new Row("Patch of a container: its service does not answer", "ms", gaps, "", null, "< 300 ms");
            yield return new Row("Patch of a container: between the old and the new first process", "ms", stops, "", null);
        }
        finally
        {
            archive.Kill();
            archive.WaitForExit();
        }
    }

    private static double Patch(Agent agent, Samples gaps, Samples stops)
    {
        var web = Start(agent, "web", ["/usr/bin/virt-good-server", $"{Port}"]);
        using var watch = new ServiceWatch(Port);
        watch.WaitUntilItAnswers();
        var start = Stopwatch.GetTimestamp();
        var result = agent.Client.Invoke(Methods.InvokePatch, new InvokePatch
        {
            Targets = new PatchTargets { ContainerIds = [web.Id] },
            Filter = new PatchFilter { Include = ["virt-good"] },
            Options = new PatchOptions { Health = new HealthCheck { TcpPort = Port, Interval = TimeSpan.FromMilliseconds(20) } },
        }).Results.Single();
        var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (result.Outcome != PatchOutcome.Patched)
        {
            throw new InvalidOperationException($"The patch was not kept: {result.Outcome}, {result.Message}");
        }

        gaps.Add(watch.LongestGapMilliseconds);
        stops.Add(result.Downtime?.TotalMilliseconds ?? 0);
        Remove(agent, web);
        return total;
    }

    private static double RunApt(Agent agent)
    {
        var plain = Start(agent, "plain", ["sleep", "600"]);
        var start = Stopwatch.GetTimestamp();
        var exit = agent.Client.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = plain.Id, Name = plain.Name, Command = ["sh", "-c", Apt] });
        var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Remove(agent, plain);
        return exit.ExitCode == 0 ? total : throw new InvalidOperationException($"apt ended with code {exit.ExitCode}.");
    }

    private static Container Start(Agent agent, string name, string[] command) => agent.Client.Invoke(
        Methods.StartContainer,
        new StartContainer { Create = new NewContainer { Name = name, Image = "debian", Network = "host", Command = command } });

    private static void Remove(Agent agent, Container container) =>
        agent.Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name, Force = true });

    /// <summary>Asks a service all the time.</summary>
    private sealed class ServiceWatch : IDisposable
    {
        private readonly int port;
        private readonly Thread thread;
        private readonly ManualResetEventSlim answered = new();
        private volatile bool isOver;
        private long last;
        private double longest;

        public ServiceWatch(int port)
        {
            this.port = port;
            thread = new Thread(Watch);
            thread.Start();
        }

        public double LongestGapMilliseconds => Volatile.Read(ref longest);

        public void WaitUntilItAnswers()
        {
            answered.Wait();
            Volatile.Write(ref longest, 0);
        }

        public void Dispose()
        {
            isOver = true;
            thread.Join();
            answered.Dispose();
        }

        private void Watch()
        {
            while (!isOver)
            {
                if (Asks())
                {
                    var now = Stopwatch.GetTimestamp();
                    if (last != 0)
                    {
                        longest = Math.Max(longest, Stopwatch.GetElapsedTime(last, now).TotalMilliseconds);
                    }

                    last = now;
                    answered.Set();
                }

                Thread.Sleep(2);
            }
        }

        private bool Asks()
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.ReceiveTimeout = 1000;
                socket.Connect("127.0.0.1", port);
                socket.Send("GET / HTTP/1.0\r\n\r\n"u8);
                return socket.Receive(new byte[512]) > 0;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }
}
