using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>What a guest that did not answer must still be told, so that nothing of ours stays open in it.</summary>
public sealed partial class QgaClient
{
    private const string FileOpen = "guest-file-open";

    private readonly Queue<(string Command, Action<Utf8JsonWriter> Arguments)> owed = new();
    private string unanswered = "";

    /// <summary>Opens a file of the guest. Also where this fails by a time-out, what the guest opens late is closed again.</summary>
    /// <param name="path">As the guest writes paths.</param>
    /// <param name="mode">As for fopen(3): <c>r</c>, <c>r+</c>.</param>
    /// <param name="timeout">How long each answer may take, also those about the file.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<QgaFile> OpenFileAsync(string path, string mode, TimeSpan timeout, CancellationToken cancellation)
    {
        var handle = await ExecuteAsync(FileOpen, Write, timeout, cancellation).ConfigureAwait(false);
        return handle.ValueKind == JsonValueKind.Number && handle.TryGetInt64(out var number) ? new QgaFile(this, number, timeout) : throw NoAnswer(FileOpen);

        void Write(Utf8JsonWriter json)
        {
            json.WriteString("path", path);
            json.WriteString("mode", mode);
        }
    }

    /// <summary>Says something before the next command that the guest answers, whatever it answers to this.</summary>
    public void Owe(string command, Action<Utf8JsonWriter> arguments)
    {
        lock (owed)
        {
            owed.Enqueue((command, arguments));
        }
    }

    /// <summary>Runs a program before the next command that the guest answers, and does not wait for its end.</summary>
    public void OweRun(IReadOnlyList<string> command) => Owe("guest-exec", json => WriteExec(json, command, new Dictionary<string, string>(StringComparer.Ordinal), null));

    // Under the lock, after a sync.
    private async Task SettleUnderLockAsync(CancellationToken cancellation)
    {
        while (TakeOwed() is { } next)
        {
            (isSynced, unanswered) = (false, next.Command);
            await SendAsync(JsonCommand.Write(next.Command, next.Arguments, null)).ConfigureAwait(false);
            await channel.ReadAsync(cancellation).ConfigureAwait(false);
            (isSynced, unanswered) = (true, "");
        }
    }

    private (string Command, Action<Utf8JsonWriter> Arguments)? TakeOwed()
    {
        lock (owed)
        {
            return owed.TryDequeue(out var next) ? next : null;
        }
    }

    // A late answer to whoever waits no more: a file that it opened is nobody's.
    private void Disown(ReadOnlyMemory<byte> line)
    {
        if (unanswered != FileOpen)
        {
            return;
        }

        try
        {
            using var message = JsonDocument.Parse(line);
            if (message.RootElement.TryGetProperty("return", out var handle) && handle.ValueKind == JsonValueKind.Number && handle.TryGetInt64(out var number))
            {
                Owe("guest-file-close", json => json.WriteNumber("handle", number));
            }
        }
        catch (Exception e) when (IsBadJson(e))
        {
            // No answer to anything.
        }
    }
}
