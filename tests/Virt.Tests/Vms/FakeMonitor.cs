using System;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.Tests.Rpc;

namespace Virt.Tests.Vms;

/// <summary>The far end of a monitor: one function from a command to its reply, and whatever else a test lets it say.</summary>
internal sealed class FakeMonitor : IAsyncDisposable
{
    public const string Greeting = """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}""";

    private readonly PairedStream far;
    private readonly Func<JsonElement, string?> reply;
    private readonly Task running;

    /// <param name="reply">From a command to its reply, where <c>$id</c> stands for its id; null: no answer.</param>
    /// <param name="greeting">What is said first; null: nothing.</param>
    public FakeMonitor(Func<JsonElement, string?> reply, string? greeting = Greeting)
    {
        (Near, far) = PairedStream.Make();
        this.reply = reply;
        running = Task.Run(() => RunAsync(greeting));
    }

    /// <summary>The end for the client.</summary>
    public Stream Near { get; }

    public static string Name(JsonElement command) => command.GetProperty("execute").GetString()!;

    public async Task SayAsync(string line) => await far.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));

    public async ValueTask DisposeAsync()
    {
        await far.DisposeAsync();
        await running;
    }

    private async Task RunAsync(string? greeting)
    {
        try
        {
            if (greeting is not null)
            {
                await SayAsync(greeting);
            }

            var lines = new LineReader(far);
            while (await lines.ReadAsync(default) is { } line)
            {
                // The guest agent is sent a byte that is no JSON before a sync.
                using var command = JsonDocument.Parse(line.Span[0] == 0xFF ? line[1..] : line);
                var id = command.RootElement.TryGetProperty("id", out var number) ? number.GetRawText() : "";
                if (Name(command.RootElement) == "qmp_capabilities")
                {
                    await SayAsync($$"""{"return": {}, "id": {{id}}}""");
                }
                else if (reply(command.RootElement) is { } text)
                {
                    await SayAsync(text.Replace("$id", id, StringComparison.Ordinal));
                }
            }
        }
        catch (IOException)
        {
            // The client has hung up.
        }
    }
}
