using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux;
using Virt.Linux.Sockets;

namespace Virt.Agent.Vms.Qmp;

/// <summary>
/// Speaks QMP over a stream: commands with ids, many at once, and events. A QMP socket takes one client at a time.
/// Source: QEMU's docs/interop/qmp-spec.
/// </summary>
public sealed class QmpClient : IAsyncDisposable
{
    /// <summary>How long one command may take. A guest's disk that the host writes slowly may hold up <c>stop</c> for long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly Stream stream;
    private readonly Action<QmpEvent> onEvent;
    private readonly TimeProvider time;
    private readonly Func<bool> isStopped;
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly ConcurrentDictionary<long, (string Command, TaskCompletionSource<JsonElement> Answer)> waiting = new();
    private readonly CancellationTokenSource closing = new();
    private long lastId;
    private Task reading = Task.CompletedTask;
    private volatile QmpClosedException? closed;

    private QmpClient(Stream stream, Action<QmpEvent> onEvent, TimeProvider time, Func<bool> isStopped)
    {
        this.stream = stream;
        this.onEvent = onEvent;
        this.time = time;
        this.isStopped = isStopped;
    }

    /// <summary>QEMU's version from its greeting, such as <c>7.2.22</c>.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Ends when the monitor is gone; never fails.</summary>
    public Task Closed => reading;

    /// <summary>Waits for the greeting and makes the monitor ready for commands.</summary>
    /// <param name="stream">Both directions; the client's from now on, also where this fails.</param>
    /// <param name="onEvent">Gets every event, in order, on the reading task: it must neither wait nor throw.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="time">What commands' time goes by; null: the system's.</param>
    /// <param name="isStopped">Asked where an answer is late: whether QEMU is stopped, so that none will come. Null: that is not known.</param>
    /// <exception cref="QmpClosedException">The stream ended before a greeting, or what came was no QMP.</exception>
    public static async Task<QmpClient> ConnectAsync(Stream stream, Action<QmpEvent> onEvent, CancellationToken cancellation, TimeProvider? time = null, Func<bool>? isStopped = null)
    {
        var client = new QmpClient(stream, onEvent, time ?? TimeProvider.System, isStopped ?? (static () => false));
        try
        {
            var lines = new LineReader(stream);
            await client.ReadGreetingAsync(lines, cancellation).ConfigureAwait(false);
            client.reading = Task.Run(() => client.ReadAllAsync(lines), CancellationToken.None);
            await client.ExecuteAsync("qmp_capabilities", null, cancellation).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a command and waits for its answer. Cancelling ends the wait, not the command.</summary>
    /// <param name="command">Such as <c>query-status</c>.</param>
    /// <param name="arguments">Writes the properties of its arguments; null: it has none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>What stood behind <c>return</c>.</returns>
    /// <exception cref="QmpException">QEMU refused.</exception>
    /// <exception cref="QmpClosedException">QEMU is gone, is stopped, or has not answered for <see cref="Patience"/>: then it may do it later.</exception>
    public Task<JsonElement> ExecuteAsync(string command, Action<Utf8JsonWriter>? arguments, CancellationToken cancellation) =>
        ExecuteAsync(command, arguments, null, cancellation);

    /// <summary>Runs a command that takes a descriptor, such as <c>getfd</c> and <c>add-fd</c>. Possible where the stream is a Unix socket's.</summary>
    /// <inheritdoc cref="ExecuteAsync(string, Action{Utf8JsonWriter}?, CancellationToken)"/>
    /// <param name="command">Such as <c>getfd</c>.</param>
    /// <param name="arguments">Writes the properties of its arguments; null: it has none.</param>
    /// <param name="descriptor">QEMU gets a duplicate; this one stays the caller's. Null: none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<JsonElement> ExecuteAsync(string command, Action<Utf8JsonWriter>? arguments, SafeHandle? descriptor, CancellationToken cancellation)
    {
        var id = Interlocked.Increment(ref lastId);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = (command, answer);
        try
        {
            // After the entry: whoever closes fails all entries, so either it sees this one or this sees that it is closed.
            if (closed is { } cause)
            {
                throw new QmpClosedException(cause.Message, cause);
            }

            await SendAsync(JsonCommand.Write(command, arguments, id), descriptor, cancellation).ConfigureAwait(false);
            return await AwaitAsync(command, answer.Task, cancellation).ConfigureAwait(false);
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    private async Task<JsonElement> AwaitAsync(string command, Task<JsonElement> answer, CancellationToken cancellation)
    {
        for (var start = time.GetTimestamp(); ;)
        {
            try
            {
                return await answer.WaitAsync(Look, time, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException) when (answer.IsCompleted)
            {
                // It came in the last moment.
            }
            catch (TimeoutException)
            {
                if (isStopped())
                {
                    throw new QmpClosedException($"QEMU is stopped, and did not answer '{command}'.");
                }

                if (time.GetElapsedTime(start) >= Patience)
                {
                    throw new QmpClosedException(FormattableString.Invariant($"QEMU did not answer '{command}' within {Patience.TotalSeconds:0} s."));
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        closing.Dispose();
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, SafeHandle? descriptor, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (descriptor is not null)
            {
                message = message[SocketDescriptors.Send(((NetworkStream)stream).Socket.SafeHandle, message.Span, [descriptor])..];
            }

            // Not cancelled half way: half a message would spoil all that follow.
            await stream.WriteAsync(message, closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or LinuxException)
        {
            throw new QmpClosedException("QEMU's monitor is closed.", e);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadGreetingAsync(LineReader lines, CancellationToken cancellation)
    {
        try
        {
            var line = await lines.ReadAsync(cancellation).ConfigureAwait(false) ?? throw new QmpClosedException("QEMU closed its monitor before it said a word.");
            using var greeting = JsonDocument.Parse(line);
            var version = greeting.RootElement.GetProperty("QMP").GetProperty("version").GetProperty("qemu");
            Version = FormattableString.Invariant($"{version.GetProperty("major").GetInt32()}.{version.GetProperty("minor").GetInt32()}.{version.GetProperty("micro").GetInt32()}");
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or System.Collections.Generic.KeyNotFoundException or InvalidOperationException)
        {
            throw new QmpClosedException("QEMU's monitor did not greet as QMP does.", e);
        }
    }

    private async Task ReadAllAsync(LineReader lines)
    {
        QmpClosedException cause;
        try
        {
            while (await lines.ReadAsync(closing.Token).ConfigureAwait(false) is { } line)
            {
                using var message = JsonDocument.Parse(line);
                Dispatch(message.RootElement);
            }

            cause = new QmpClosedException("QEMU closed its monitor.");
        }
        catch (Exception e)
        {
            // Whatever it was, what comes next cannot be trusted.
            cause = new QmpClosedException("QEMU's monitor is closed.", e);
        }

        closed = cause;
        foreach (var (_, entry) in waiting)
        {
            entry.Answer.TrySetException(cause);
        }
    }

    private void Dispatch(JsonElement message)
    {
        if (message.TryGetProperty("event", out var name))
        {
            onEvent(new QmpEvent(name.GetString()!, message.TryGetProperty("data", out var data) ? data.Clone() : default, TimeOf(message)));
        }
        else if (message.TryGetProperty("id", out var id) && id.TryGetInt64(out var number) && waiting.TryGetValue(number, out var entry))
        {
            if (message.TryGetProperty("return", out var result))
            {
                entry.Answer.TrySetResult(result.Clone());
            }
            else if (message.TryGetProperty("error", out var error))
            {
                entry.Answer.TrySetException(new QmpException(entry.Command, error.GetProperty("class").GetString()!, error.GetProperty("desc").GetString()!));
            }
        }
    }

    private static DateTimeOffset TimeOf(JsonElement message)
    {
        var timestamp = message.GetProperty("timestamp");
        return DateTimeOffset.UnixEpoch
            .AddSeconds(timestamp.GetProperty("seconds").GetInt64())
            .AddMicroseconds(timestamp.GetProperty("microseconds").GetInt64());
    }
}
