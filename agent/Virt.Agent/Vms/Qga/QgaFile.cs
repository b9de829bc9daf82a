using System;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>A file that the guest agent has opened. It is closed in the guest too, at the latest when the guest is heard from again.</summary>
public sealed class QgaFile : IAsyncDisposable
{
    private readonly QgaClient client;
    private readonly long handle;
    private readonly TimeSpan timeout;
    private bool isClosed;
    private bool isAtEnd;

    internal QgaFile(QgaClient client, long handle, TimeSpan timeout)
    {
        this.client = client;
        this.handle = handle;
        this.timeout = timeout;
    }

    /// <summary>Its size; 0 where the guest does not know it. It is read from its beginning afterwards.</summary>
    /// <inheritdoc cref="QgaClient.ExecuteAsync"/>
    public async Task<long> MeasureAsync(CancellationToken cancellation)
    {
        const string Command = "guest-file-seek";
        try
        {
            var end = Number(Command, await client.ExecuteAsync(Command, json => WriteSeek(json, "end"), timeout, cancellation).ConfigureAwait(false), "position");
            var start = Number(Command, await client.ExecuteAsync(Command, json => WriteSeek(json, "set"), timeout, cancellation).ConfigureAwait(false), "position");
            return start == 0 && end >= 0 ? end : throw QgaClient.NoAnswer(Command);
        }
        catch (QgaException e) when (e.ErrorClass.Length > 0)
        {
            // Not everything that can be read can be sought in: pipes and some files of /proc.
            return 0;
        }
    }

    /// <summary>The next bytes; none at the end.</summary>
    /// <param name="most">As many at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <inheritdoc cref="QgaClient.ExecuteAsync"/>
    public async Task<byte[]> ReadAsync(int most, CancellationToken cancellation)
    {
        const string Command = "guest-file-read";
        if (isAtEnd)
        {
            return [];
        }

        var part = await client.ExecuteAsync(Command, Write, timeout, cancellation).ConfigureAwait(false);
        try
        {
            var bytes = part.GetProperty("buf-b64").GetBytesFromBase64();
            isAtEnd = part.GetProperty("eof").GetBoolean();
            var isHonest = bytes.Length <= most && bytes.Length == part.GetProperty("count").GetInt64() && (bytes.Length > 0 || isAtEnd);
            return isHonest ? bytes : throw QgaClient.NoAnswer(Command);
        }
        catch (Exception e) when (QgaClient.IsBadJson(e))
        {
            throw QgaClient.NoAnswer(Command, e);
        }

        void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("handle", handle);
            json.WriteNumber("count", most);
        }
    }

    /// <summary>Writes all of the bytes.</summary>
    /// <inheritdoc cref="QgaClient.ExecuteAsync"/>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        const string Command = "guest-file-write";
        while (bytes.Length > 0)
        {
            var written = Number(Command, await client.ExecuteAsync(Command, Write, timeout, cancellation).ConfigureAwait(false), "count");
            bytes = written > 0 && written <= bytes.Length ? bytes[(int)written..] : throw QgaClient.NoAnswer(Command);
        }

        void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("handle", handle);
            json.WriteBase64String("buf-b64", bytes.Span);
        }
    }

    /// <summary>Closes it; what was written is with the guest's kernel then.</summary>
    /// <exception cref="QgaException">The last bytes could not be written.</exception>
    /// <inheritdoc cref="QgaClient.ExecuteAsync"/>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        isClosed = true;
        await client.ExecuteAsync("guest-file-close", WriteHandle, timeout, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!isClosed)
        {
            isClosed = true;
            client.Owe("guest-file-close", WriteHandle);
        }

        return default;
    }

    private void WriteHandle(Utf8JsonWriter json) => json.WriteNumber("handle", handle);

    private void WriteSeek(Utf8JsonWriter json, string whence)
    {
        json.WriteNumber("handle", handle);
        json.WriteNumber("offset", 0);
        json.WriteString("whence", whence);
    }

    private static long Number(string command, JsonElement answer, string name)
    {
        try
        {
            return answer.GetProperty(name).GetInt64();
        }
        catch (Exception e) when (QgaClient.IsBadJson(e))
        {
            throw QgaClient.NoAnswer(command, e);
        }
    }
}
