using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace Virt.Benchmarks;

/// <summary>QEMU with the very arguments of a machine that the agent has started and stopped again.</summary>
internal sealed class BareQemu
{
    private readonly string[] command;

    private BareQemu(string[] command) => this.command = command;

    /// <summary>Takes the arguments from the process that runs.</summary>
    public static BareQemu From(int pid) => new(File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0'));

    /// <summary>Starts it, waits for its monitor and for the guest's agent, and ends it.</summary>
    /// <param name="guest">Gets the milliseconds from the start until the guest agent has answered.</param>
    /// <returns>Milliseconds from the start until the monitor has taken its first command and the guest may run.</returns>
    public double Boot(Samples guest)
    {
        var paths = SocketPaths().ToDictionary();
        foreach (var path in paths.Values)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Delete(path);
        }

        var start = Stopwatch.GetTimestamp();
        using var process = Run.Start(command[0], command[1..]);
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        try
        {
            using var monitor = Connect(paths["monitor"], process);
            ReadLine(monitor);
            Ask(monitor, """{"execute":"qmp_capabilities"}""");
            Ask(monitor, """{"execute":"cont"}""");
            var ready = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            // Held back by QEMU until the guest has opened the port.
            using var agent = Connect(paths["agent"], process);
            Ask(agent, """{"execute":"guest-ping"}""");
            guest.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return ready;
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    // -chardev socket,id=X,path=P and who uses X: -mon chardev=X, or the port of the guest agent; or -qmp unix:P.
    private IEnumerable<(string Use, string Path)> SocketPaths()
    {
        var monitor = false;
        for (var i = 0; i + 1 < command.Length; i++)
        {
            var value = command[i + 1];
            switch (command[i])
            {
                case "-qmp" when !monitor && value.StartsWith("unix:", StringComparison.Ordinal):
                    monitor = true;
                    yield return ("monitor", value["unix:".Length..].Split(',')[0]);
                    break;
                case "-chardev" when value.StartsWith("socket,", StringComparison.Ordinal) && Option(value, "path") is { } path:
                    var id = Option(value, "id");
                    if (command.Any(other => other.StartsWith("virtserialport", StringComparison.Ordinal) && Option(other, "chardev") == id))
                    {
                        yield return ("agent", path);
                    }
                    else if (!monitor && Array.Exists(command, other => other != value && Option(other, "chardev") == id && other.Contains("control", StringComparison.Ordinal)))
                    {
                        monitor = true;
                        yield return ("monitor", path);
                    }

                    break;
            }
        }
    }

    private static string? Option(string value, string name) =>
        value.Split(',').Where(part => part.StartsWith(name + "=", StringComparison.Ordinal)).Select(part => part[(name.Length + 1)..]).FirstOrDefault();

    private static Socket Connect(string path, Process process)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        while (true)
        {
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                return socket;
            }
            catch (SocketException) when (!process.HasExited)
            {
                Thread.SpinWait(1000);
            }
        }
    }

    private static void Ask(Socket socket, string request)
    {
        socket.Send(Encoding.ASCII.GetBytes(request + "\n"));
        while (!ReadLine(socket).Contains("\"return\"", StringComparison.Ordinal))
        {
            // An event stands between.
        }
    }

    private static string ReadLine(Socket socket)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (socket.Receive(one) == 1 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        return line.ToString();
    }
}
