using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>What the agent tells of the guest, and its end.</summary>
public sealed partial class QgaClient
{
    private const int FileChunk = 65536;

    /// <summary>Whether anybody answers.</summary>
    /// <exception cref="TimeoutException">Nobody does.</exception>
    public Task PingAsync(TimeSpan timeout, CancellationToken cancellation) => ExecuteAsync("guest-ping", null, timeout, cancellation);

    /// <summary>The guest's addresses that others can reach it by: without loopback and link-local ones.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<IReadOnlyList<IPAddress>> GetAddressesAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        const string Command = "guest-network-get-interfaces";
        var interfaces = await ExecuteAsync(Command, null, timeout, cancellation).ConfigureAwait(false);
        return Read(Command, () => AddressesOf(interfaces));
    }

    /// <summary>Tells the guest to shut down and power off. Its end is seen by QMP's SHUTDOWN.</summary>
    /// <inheritdoc cref="SendAsync(string, Action{Utf8JsonWriter}?, TimeSpan, CancellationToken)"/>
    public Task ShutdownAsync(TimeSpan timeout, CancellationToken cancellation) =>
        SendAsync("guest-shutdown", static json => json.WriteString("mode", "powerdown"), timeout, cancellation);

    /// <summary>Sets the guest's clock.</summary>
    /// <exception cref="QgaException">It cannot be set.</exception>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task SetTimeAsync(DateTimeOffset now, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync("guest-set-time", json => json.WriteNumber("time", now.ToUnixTimeMilliseconds() * 1_000_000), timeout, cancellation).ConfigureAwait(false);
        }
        catch (QgaException)
        {
            // An agent that finds no hwclock(8) sets nothing at all.
            await RunAsync(["date", "-u", "-s", FormattableString.Invariant($"@{now.ToUnixTimeSeconds()}")], new Dictionary<string, string>(StringComparer.Ordinal), null, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a file of the guest, to its end or to <paramref name="most"/> bytes.</summary>
    /// <exception cref="QgaException">There is no such file, or the agent must not read files.</exception>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<byte[]> ReadFileAsync(string path, int most, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var file = await OpenFileAsync(path, "r", timeout, cancellation).ConfigureAwait(false);
        using var content = new MemoryStream();
        byte[] part;
        while (content.Length < most && (part = await file.ReadAsync(FileChunk, cancellation).ConfigureAwait(false)).Length > 0)
        {
            content.Write(part);
        }

        await file.CloseAsync(cancellation).ConfigureAwait(false);
        return content.ToArray();
    }

    private static bool IsReachable(IPAddress address) =>
        !IPAddress.IsLoopback(address)
        && !address.IsIPv6LinkLocal
        && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);
}
