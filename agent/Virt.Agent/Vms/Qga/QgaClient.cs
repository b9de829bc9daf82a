using System;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>
/// Speaks with the guest agent over a stream, one command at a time. What comes from the guest is not trusted.
/// Source: QEMU's docs/interop/qemu-ga and the guest agent protocol reference.
/// </summary>
public sealed partial class QgaClient : IAsyncDisposable
{
    // qemu-ga drops what it has read of a message at this byte, and puts it before the answer of guest-sync-delimited.
    private const byte Delimiter = 0xFF;

    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(32);

    private readonly QgaChannel channel;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim one = new(1, 1);
    private TimeSpan patience = FirstPatience;
    private long? unansweredSince;
    private bool isSynced;
    private volatile bool isAnother;

    /// <summary>Speaks over a channel, whether a guest agent listens yet or not.</summary>
    /// <param name="open">Connects to the port's socket: both directions, the client's from now on.</param>
    /// <param name="time">What time-outs and polls go by.</param>
    public QgaClient(Func<Stream> open, TimeProvider time)
    {
        channel = new QgaChannel(open);
        this.time = time;
    }

    /// <summary>Runs a command and waits for its answer. After a time-out the next command first waits until the agent has caught up.</summary>
    /// <param name="command">Such as <c>guest-ping</c>.</param>
    /// <param name="arguments">Writes the properties of its arguments; null: it has none.</param>
    /// <param name="timeout">How long the agent may take, with the catching up.</param>
    /// <param name="cancellation">Ends the wait, not the command.</param>
    /// <returns>What stood behind <c>return</c>.</returns>
    /// <exception cref="QgaException">The agent refused, or its answer was none.</exception>
    /// <exception cref="TimeoutException">The agent did not answer in time.</exception>
    /// <exception cref="IOException">QEMU is gone.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, Action<Utf8JsonWriter>? arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await one.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                return await ExecuteUnderLockAsync(command, arguments, either.Token).ConfigureAwait(false);
            }
            finally
            {
                one.Release();
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Unanswered(command, timeout, e);
        }
    }

    /// <summary>Sends a command that has no answer where it succeeds, such as <c>guest-shutdown</c>.</summary>
    /// <exception cref="TimeoutException">The agent did not take it in time.</exception>
    /// <exception cref="IOException">QEMU is gone.</exception>
    public async Task SendAsync(string command, Action<Utf8JsonWriter>? arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        await ExecuteAsync("guest-ping", null, timeout, cancellation).ConfigureAwait(false);
        await one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            isSynced = false;
            await SendAsync(JsonCommand.Write(command, arguments, null)).ConfigureAwait(false);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Somebody else may listen now: before the next command he must answer a sync, whatever the one before has answered.</summary>
    public void MeetAnother() => isAnother = true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => channel.DisposeAsync();

    private async Task<JsonElement> ExecuteUnderLockAsync(string command, Action<Utf8JsonWriter>? arguments, CancellationToken cancellation)
    {
        if (!isSynced || isAnother)
        {
            isAnother = isSynced = false;
            await SyncUnderLockAsync(cancellation).ConfigureAwait(false);
        }

        await SettleUnderLockAsync(cancellation).ConfigureAwait(false);
        isSynced = false;
        unanswered = command;
        await SendAsync(JsonCommand.Write(command, arguments, null)).ConfigureAwait(false);
        var line = await channel.ReadAsync(cancellation).ConfigureAwait(false);
        return Answer(command, line);
    }

    private static TimeoutException Unanswered(string command, TimeSpan timeout, Exception e) =>
        new(FormattableString.Invariant($"The guest agent did not answer {command} within {timeout.TotalSeconds:0.###} s."), e);

    // An answer that is none is as good as no answer: the next command is preceded by a sync.
    private JsonElement Answer(string command, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var message = JsonDocument.Parse(line);
            if (message.RootElement.TryGetProperty("return", out var result))
            {
                (isSynced, unanswered) = (true, "");
                return result.Clone();
            }

            var error = message.RootElement.GetProperty("error");
            var refusal = new QgaException(command, error.GetProperty("class").GetString() ?? "", error.GetProperty("desc").GetString() ?? "");
            (isSynced, unanswered) = (true, "");
            throw refusal;
        }
        catch (Exception e) when (IsBadJson(e))
        {
            throw NoAnswer(command, e);
        }
    }

    // What JsonDocument and JsonElement throw at text that is no JSON or has not the shape it should.
    internal static bool IsBadJson(Exception e) => e is JsonException or InvalidOperationException or System.Collections.Generic.KeyNotFoundException or FormatException;

    internal static QgaException NoAnswer(string command, Exception? e = null) => new(command, "", "the guest agent's answer cannot be understood", e);

    // What is sent before the guest has booted is kept for it. But QEMU passes on nothing more of what a guest says, for ever, where the other
    // end hung up while the guest was speaking (hw/char/virtio-console.c stops the port after the hanging up has let it go on), as an agent
    // does that dies. Hanging up once more frees it, so that is done where there is no answer; ever more rarely, because a guest may be slow.
    private async Task SyncUnderLockAsync(CancellationToken cancellation)
    {
        while (true)
        {
            unansweredSince ??= time.GetTimestamp();
            var left = patience - time.GetElapsedTime(unansweredSince.Value);
            if (left > TimeSpan.Zero)
            {
                using var limit = new CancellationTokenSource(left, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
                try
                {
                    await SyncOnceAsync(either.Token).ConfigureAwait(false);
                    unansweredSince = null;
                    patience = FirstPatience;
                    return;
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                }
            }

            await channel.HangUpAsync().ConfigureAwait(false);
            unansweredSince = null;
            patience = patience < LastPatience ? patience * 2 : LastPatience;
        }
    }

    private async Task SyncOnceAsync(CancellationToken cancellation)
    {
        isSynced = false;
        var id = Random.Shared.NextInt64(1, int.MaxValue);
        var command = JsonCommand.Write("guest-sync-delimited", json => json.WriteNumber("id", id), null);
        await SendAsync(new byte[] { Delimiter }).ConfigureAwait(false);
        await SendAsync(command).ConfigureAwait(false);
        while (true)
        {
            // Everything else is what older commands were answered.
            var line = await channel.ReadAsync(cancellation).ConfigureAwait(false);
            var at = line.Span.LastIndexOf(Delimiter);
            if (at >= 0 && IsReturn(line[(at + 1)..], id))
            {
                (isSynced, unanswered) = (true, "");
                return;
            }

            Disown(line);
        }
    }

    private static bool IsReturn(ReadOnlyMemory<byte> line, long id)
    {
        try
        {
            using var message = JsonDocument.Parse(line);
            return message.RootElement.GetProperty("return").GetInt64() == id;
        }
        catch (Exception e) when (IsBadJson(e))
        {
            return false;
        }
    }

    // Not cancelled by the caller: half a command would spoil the next. A guest that reads nothing for long loses its channel.
    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(WriteTimeout, time);
        try
        {
            await channel.WriteAsync(bytes, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            await channel.HangUpAsync().ConfigureAwait(false);
            throw new IOException("The guest agent's channel is full: nobody reads it.", e);
        }
    }
}
