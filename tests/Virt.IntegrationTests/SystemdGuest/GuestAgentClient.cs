using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>Speaks with the QEMU guest agent: one command at a time (qemu: docs/interop/qemu-ga-ref).</summary>
internal sealed class GuestAgentClient : IDisposable
{
    private readonly NetworkStream stream;
    private readonly StreamReader reader;

    private GuestAgentClient(NetworkStream stream)
    {
        this.stream = stream;
        reader = new StreamReader(stream);
    }

    /// <summary>A guest that is up answers sooner, however busy the machine.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>Connects to the port's socket and waits until the guest's agent answers.</summary>
    public static async Task<GuestAgentClient> ConnectAsync(string socketPath, CancellationToken cancellation)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
            var client = new GuestAgentClient(new NetworkStream(socket, ownsSocket: true));
            using var answer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            answer.CancelAfter(AnswerLimit);
            try
            {
                await client.SyncAsync(answer.Token);
                return client;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // What was sent is held until the guest opens its port, but is lost where the guest goes down first.
                client.Dispose();
            }
            catch
            {
                client.Dispose();
                throw;
            }
        }
    }

    /// <summary>Runs a program and waits for its end.</summary>
    public async Task<GuestRun> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var process = await StartAsync(program, arguments, cancellation);
        while (true)
        {
            var status = await CallAsync("guest-exec-status", new JsonObject { ["pid"] = process }, cancellation);
            if ((bool)status["exited"]!)
            {
                // What a signal ended has no exit code.
                var code = status["exitcode"] is { } exit ? (int)exit : 128 + (int)status["signal"]!;
                return new GuestRun(code, Text(status["out-data"]), Text(status["err-data"]));
            }

            // The guest agent has no event for it.
            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>Starts a program and gives its process id.</summary>
    public async Task<long> StartAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var started = await CallAsync(
            "guest-exec",
            new JsonObject { ["path"] = program, ["arg"] = new JsonArray([.. arguments]), ["capture-output"] = true },
            cancellation);
        return (long)started["pid"]!;
    }

    public void Dispose() => reader.Dispose();

    // Answers to what others asked before us may come first.
    private async Task SyncAsync(CancellationToken cancellation)
    {
        var id = Random.Shared.Next();
        await SendAsync("guest-sync", new JsonObject { ["id"] = id }, cancellation);
        while (JsonNode.Parse(await ReadAsync("guest-sync", cancellation))!["return"] is not JsonValue value || !value.TryGetValue(out int answered) || answered != id)
        {
        }
    }

    private async Task<JsonNode> CallAsync(string command, JsonObject arguments, CancellationToken cancellation)
    {
        await SendAsync(command, arguments, cancellation);
        var line = await ReadAsync(command, cancellation);
        return JsonNode.Parse(line)!["return"] ?? throw new UnreachableException($"{command} was answered by {line}");
    }

    private async Task SendAsync(string command, JsonObject arguments, CancellationToken cancellation)
    {
        var request = new JsonObject { ["execute"] = command, ["arguments"] = arguments }.ToJsonString();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request + "\n"), cancellation);
    }

    private async Task<string> ReadAsync(string command, CancellationToken cancellation) =>
        await reader.ReadLineAsync(cancellation) ?? throw new IOException($"The guest agent hung up instead of answering {command}.");

    private static string Text(JsonNode? data) => data is null ? "" : Encoding.UTF8.GetString(Convert.FromBase64String((string)data!)).TrimEnd('\n');
}
