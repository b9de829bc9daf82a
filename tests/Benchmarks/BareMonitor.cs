using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;

namespace Virt.Benchmarks;

/// <summary>The monitor of a QEMU that nobody manages: asks, and waits for events.</summary>
internal sealed class BareMonitor : IDisposable
{
    private readonly NetworkStream stream;
    private readonly StreamReader reader;

    public BareMonitor(string path, Process process)
    {
        stream = new NetworkStream(Connect(path, process), ownsSocket: true);
        reader = new StreamReader(stream);
        reader.ReadLine();
        Ask("""{"execute":"qmp_capabilities"}""");
    }

    /// <summary>When the guest's CPUs were stopped or let go last, in milliseconds since 1970.</summary>
    public double Turned { get; private set; }

    /// <summary>Sends a command and gives what stands behind <c>return</c>.</summary>
    /// <exception cref="InvalidOperationException">QEMU refused.</exception>
    public JsonElement Ask(string command)
    {
        stream.Write(System.Text.Encoding.UTF8.GetBytes(command + "\n"));
        while (true)
        {
            var message = Read();
            if (message.TryGetProperty("return", out var result))
            {
                return result;
            }

            if (message.TryGetProperty("error", out var error))
            {
                throw new InvalidOperationException($"QEMU refused {command}: {error}");
            }
        }
    }

    /// <summary>Waits for an event whose data are as wanted.</summary>
    public JsonElement WaitFor(string name, Func<JsonElement, bool>? isWanted = null)
    {
        while (true)
        {
            var message = Read();
            if (message.TryGetProperty("event", out var e) && e.GetString() == name)
            {
                var data = message.TryGetProperty("data", out var found) ? found : default;
                if (isWanted is null || isWanted(data))
                {
                    return data;
                }
            }
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        stream.Dispose();
    }

    private JsonElement Read()
    {
        using var document = JsonDocument.Parse(reader.ReadLine() ?? throw new InvalidOperationException("QEMU has ended."));
        var message = document.RootElement.Clone();
        if (message.TryGetProperty("event", out var e) && e.GetString() is "STOP" or "RESUME")
        {
            var time = message.GetProperty("timestamp");
            Turned = (time.GetProperty("seconds").GetInt64() * 1e3) + (time.GetProperty("microseconds").GetInt64() / 1e3);
        }

        return message;
    }

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
}
