using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;

namespace Virt.Benchmarks;

/// <summary>QEMU with the very arguments of a machine that the agent has started and stopped again.</summary>
internal sealed partial class BareQemu
{
    private readonly string[] command;
    private readonly string monitorSocket;
    private readonly string agentSocket;
    private readonly string consoleSocket;

    private BareQemu(string[] command, string folder)
    {
        this.command = command;
        monitorSocket = Path.Combine(folder, "qmp.sock");
        agentSocket = Path.Combine(folder, "qga.sock");
        consoleSocket = Path.Combine(folder, "console.sock");
    }

    /// <summary>Takes the arguments from the process that runs; what the agent has given it as a descriptor is given here by its name.</summary>
    public static BareQemu From(int pid, string disk, string folder)
    {
        var bare = new BareQemu(File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0'), folder);
        for (var i = 0; i < bare.command.Length; i++)
        {
            bare.command[i] = bare.ByName(bare.command[i], pid, disk);
        }

        return new BareQemu([.. WithoutDescriptorSets(bare.command)], folder);
    }

    /// <summary>Where its monitor listens.</summary>
    public string MonitorSocket => monitorSocket;

    /// <summary>The same machine with its sockets in another folder, and with another disk where one is given.</summary>
    public BareQemu In(string folder, string disk, string? otherDisk)
    {
        Directory.CreateDirectory(folder);
        var other = new BareQemu([], folder);
        return new BareQemu(
            Array.ConvertAll(command, word => (otherDisk is null ? word : word.Replace(disk, otherDisk, StringComparison.Ordinal))
                .Replace(monitorSocket, other.monitorSocket, StringComparison.Ordinal).Replace(agentSocket, other.agentSocket, StringComparison.Ordinal).Replace(consoleSocket, other.consoleSocket, StringComparison.Ordinal)),
            folder);
    }

    /// <summary>Starts it with further arguments; its guest stands still until its monitor is told to go on.</summary>
    public Process Start(params string[] more)
    {
        File.Delete(monitorSocket);
        File.Delete(agentSocket);
        var process = Run.Start(Run.Find(command[0]) ?? command[0], [.. command[1..], .. more]);
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    /// <summary>Starts it without its sandbox, so that it may start a program that saves its state.</summary>
    public Process StartUnconfined()
    {
        var sandbox = Array.IndexOf(command, "-sandbox");
        return new BareQemu([.. command[..sandbox], .. command[(sandbox + 2)..]], Path.GetDirectoryName(monitorSocket)!).Start();
    }

    /// <summary>Starts it from a state that was saved.</summary>
    public Process StartFrom(string state)
    {
        var process = Run.Start("/bin/sh", ["-c", "state=$0; exec \"$@\" -incoming fd:9 9< \"$state\"", state, Run.Find(command[0]) ?? command[0], .. command[1..]]);
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    /// <summary>Asks the guest by its agent what it is called.</summary>
    public void RunHostName(Process process)
    {
        using var agent = Connect(agentSocket, process);
        RunToEnd(agent, """{"execute":"guest-exec","arguments":{"path":"hostname","capture-output":true}}""");
    }

    /// <summary>Waits until the guest's agent has answered.</summary>
    public void WaitForGuestAgent(Process process)
    {
        // Held back by QEMU until the guest has opened the port.
        using var agent = Connect(agentSocket, process);
        Ask(agent, """{"execute":"guest-ping"}""");
    }

    /// <summary>Runs <c>true</c> in the guest by its agent, as who does nothing else would: the order, and asking until it has ended.</summary>
    /// <returns>Milliseconds.</returns>
    public static double RunTrue(Socket agent)
    {
        var start = Stopwatch.GetTimestamp();
        RunToEnd(agent, """{"execute":"guest-exec","arguments":{"path":"true"}}""");
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void RunToEnd(Socket agent, string order)
    {
        var id = Ask(agent, order).GetProperty("pid").GetInt64();
        var asks = FormattableString.Invariant($"{{\"execute\":\"guest-exec-status\",\"arguments\":{{\"pid\":{id}}}}}");
        while (!Ask(agent, asks).GetProperty("exited").GetBoolean())
        {
            // Asked again at once.
        }
    }

    /// <summary>A connection to the guest's agent, the caller's.</summary>
    public Socket ConnectGuestAgent(Process process) => Connect(agentSocket, process);

    /// <summary>Starts it, waits for its monitor and for the guest's agent, and ends it.</summary>
    /// <param name="guest">Gets the milliseconds from the start until the guest agent has answered.</param>
    /// <returns>Milliseconds from the start until the monitor has taken its first command and the guest may run.</returns>
    public double Boot(Samples guest)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Start();
        try
        {
            using var monitor = new BareMonitor(monitorSocket, process);
            monitor.Ask("""{"execute":"cont"}""");
            var ready = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            WaitForGuestAgent(process);
            guest.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return ready;
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    private string ByName(string argument, int pid, string disk)
    {
        argument = Descriptor().Replace(argument, match => new FileInfo($"/proc/{pid}/fd/{match.Groups["number"].Value}").LinkTarget!);
        argument = DescriptorSet().Replace(argument, argument.StartsWith("socket,id=console", StringComparison.Ordinal) ? "/dev/null" : disk);
        if (argument.StartsWith("socket,id=", StringComparison.Ordinal))
        {
            var path = argument.StartsWith("socket,id=qmp", StringComparison.Ordinal) ? monitorSocket : argument.StartsWith("socket,id=console", StringComparison.Ordinal) ? consoleSocket : agentSocket;
            argument = SocketDescriptor().Replace(argument, "path=" + path);
        }

        return argument;
    }

    private static IEnumerable<string> WithoutDescriptorSets(string[] command)
    {
        for (var i = 0; i < command.Length; i++)
        {
            if (command[i] == "-add-fd")
            {
                i++;
            }
            else
            {
                yield return command[i];
            }
        }
    }

    [GeneratedRegex("/proc/self/fd/(?<number>[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Descriptor();

    [GeneratedRegex("/dev/fdset/[0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DescriptorSet();

    [GeneratedRegex("fd=[0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SocketDescriptor();

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

    private static JsonElement Ask(Socket socket, string request)
    {
        socket.Send(Encoding.ASCII.GetBytes(request + "\n"));
        while (true)
        {
            var line = ReadLine(socket);
            if (line.Contains("\"error\"", StringComparison.Ordinal) || line.Length == 0)
            {
                throw new InvalidOperationException($"The guest agent refused {request}: {line}");
            }

            if (line.Contains("\"return\"", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(line);
                return document.RootElement.GetProperty("return").Clone();
            }
        }
    }

    // It answers at once and with one line to each question, so that what comes with it is never the next.
    private static string ReadLine(Socket socket)
    {
        var line = new StringBuilder();
        var some = new byte[4096];
        while (line.Length == 0 || line[^1] != '\n')
        {
            var count = socket.Receive(some);
            if (count == 0)
            {
                break;
            }

            line.Append(Encoding.ASCII.GetString(some, 0, count));
        }

        return line.ToString();
    }
}
