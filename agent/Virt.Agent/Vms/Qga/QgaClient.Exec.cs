using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>Commands in the guest.</summary>
public sealed partial class QgaClient
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LastPoll = TimeSpan.FromMilliseconds(200);

    // Kills a process and all that it has started and that is still below it. Each is stopped before its children are looked for, so that none is born meanwhile.
    private const string KillTree = """
        t() {
            kill -STOP "$1" 2> /dev/null
            for s in /proc/[0-9]*/stat; do
                read -r l 2> /dev/null < "$s" || continue
                l=${l##*) }
                l=${l#* }
                if [ "${l%% *}" = "$1" ]; then s=${s%/stat}; t "${s#/proc/}"; fi
            done
            kill -KILL "$1" 2> /dev/null
        }
        t "$1"
        """;

    /// <summary>Runs a program in the guest and waits for its end. Where the wait is cancelled it is killed with all that it has started, as far as the guest lets us.</summary>
    /// <param name="command">The program, looked up in the agent's PATH, and its arguments.</param>
    /// <param name="environment">Variables; empty: those of the agent. The agent replaces its own by these, so PATH is added where it is not among them.</param>
    /// <param name="input">What the program reads; null: nothing.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <param name="lastPoll">How long to wait at most between two questions whether it has ended; null: long enough to burden no guest with a program that runs for long.</param>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<QgaCommandResult> RunAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment,
        byte[]? input,
        CancellationToken cancellation,
        TimeSpan? lastPoll = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var started = await ExecuteAsync("guest-exec", json => WriteExec(json, command, environment, input), AnswerTimeout, CancellationToken.None).ConfigureAwait(false);
        long pid;
        try
        {
            pid = started.GetProperty("pid").GetInt64();
        }
        catch (Exception e) when (IsBadJson(e))
        {
            throw NoAnswer("guest-exec", e);
        }

        try
        {
            return await WaitAsync(pid, lastPoll ?? LastPoll, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await KillAsync(pid).ConfigureAwait(false);
            throw;
        }
    }

    private static void WriteExec(Utf8JsonWriter json, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, byte[]? input)
    {
        json.WriteString("path", command[0]);
        json.WriteStartArray("arg");
        for (var i = 1; i < command.Count; i++)
        {
            json.WriteStringValue(command[i]);
        }

        json.WriteEndArray();
        json.WriteBoolean("capture-output", true);
        if (input is not null)
        {
            json.WriteBase64String("input-data", input);
        }

        if (environment.Count > 0)
        {
            json.WriteStartArray("env");
            if (!environment.ContainsKey("PATH"))
            {
                json.WriteStringValue("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
            }

            foreach (var (name, value) in environment)
            {
                json.WriteStringValue($"{name}={value}");
            }

            json.WriteEndArray();
        }
    }

    private async Task<QgaCommandResult> WaitAsync(long pid, TimeSpan lastPoll, CancellationToken cancellation)
    {
        const string Command = "guest-exec-status";
        for (var pause = FirstPoll; ; pause = pause * 2 < lastPoll ? pause * 2 : lastPoll)
        {
            var status = await ExecuteAsync(Command, json => json.WriteNumber("pid", pid), AnswerTimeout, cancellation).ConfigureAwait(false);
            try
            {
                if (status.GetProperty("exited").GetBoolean())
                {
                    return Result(status);
                }
            }
            catch (Exception e) when (IsBadJson(e))
            {
                throw NoAnswer(Command, e);
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
        }
    }

    private static QgaCommandResult Result(JsonElement status) => new(
        status.TryGetProperty("exitcode", out var code) ? code.GetInt32() : null,
        status.TryGetProperty("signal", out var signal) ? signal.GetInt32() : null,
        status.TryGetProperty("out-data", out var output) ? output.GetBytesFromBase64() : [],
        status.TryGetProperty("err-data", out var error) ? error.GetBytesFromBase64() : [],
        IsTrue(status, "out-truncated") || IsTrue(status, "err-truncated"));

    private static bool IsTrue(JsonElement status, string name) => status.TryGetProperty(name, out var value) && value.GetBoolean();

    // The agent has no command for it. A guest without a shell has kill, or nothing that can be done.
    private async Task KillAsync(long pid)
    {
        var number = FormattableString.Invariant($"{pid}");
        using var limit = new CancellationTokenSource(AnswerTimeout, time);
        try
        {
            foreach (var command in new string[][] { ["sh", "-c", KillTree, "sh", number], ["kill", "-KILL", number] })
            {
                try
                {
                    var started = await ExecuteAsync("guest-exec", json => WriteExec(json, command, new Dictionary<string, string>(), null), AnswerTimeout, CancellationToken.None).ConfigureAwait(false);
                    await WaitAsync(started.GetProperty("pid").GetInt64(), LastPoll, limit.Token).ConfigureAwait(false);
                    return;
                }
                catch (QgaException e) when (e.IsAnswer)
                {
                    // The guest has no such program.
                }
            }
        }
        catch (Exception e) when (e is QgaException or TimeoutException or System.IO.IOException or OperationCanceledException || IsBadJson(e))
        {
            // It runs on in a guest that does not answer; whoever cancelled has stopped waiting for it.
        }
    }
}
