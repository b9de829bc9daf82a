using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>An empty call through the client, beside one byte that a thread of another process sends back over the same kind of socket.</summary>
internal static class RoundTripBenchmark
{
    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        var path = Path.Combine(setting.Work, "echo.sock");
        using var echo = Benchmarks.Run.Start(Environment.ProcessPath!, ["echo", path]);
        using var socket = Connect(path);
        var one = new byte[1];
        var count = setting.Rounds(200);
        var ours = new Case("ping", () => Median(() => agent.Client.Invoke(Methods.Ping, new Nothing())));
        var bare = new Case("echo", () => Median(() =>
        {
            socket.Send(one);
            socket.Receive(one);
        }));
        Case.Interleave(count, ours, bare);
        socket.Close();
        echo.WaitForExit();
        yield return new Row("Round trip of an empty call through the client", "ms", ours.Samples, "one byte, there and back, over a bare Unix socket", bare.Samples);
    }

    /// <summary>The peer's process: sends back every byte until its client leaves.</summary>
    public static void Echo(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = listener.Accept();
        var one = new byte[1];
        while (client.Receive(one) == 1)
        {
            client.Send(one);
        }
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        while (true)
        {
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                return socket;
            }
            catch (SocketException)
            {
                Thread.Sleep(10);
            }
        }
    }

    // One round trip is too short to be a sample of its own beside another process on two processors.
    private static double Median(Action call)
    {
        var samples = new Samples();
        for (var i = 0; i < 50; i++)
        {
            var start = Stopwatch.GetTimestamp();
            call();
            samples.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return samples.Median;
    }
}
