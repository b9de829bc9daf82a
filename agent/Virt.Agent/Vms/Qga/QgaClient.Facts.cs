using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>What the guest is, in its own words.</summary>
public sealed partial class QgaClient
{
    private const string Loopback = "lo";

    /// <summary>Asks all that a guest agent can tell. Whatever this one's does not know or must not say stays empty; that it answers is required.</summary>
    /// <exception cref="QgaException">An answer was none.</exception>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<VMGuest> GetGuestAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var info = await ExecuteAsync("guest-info", null, timeout, cancellation).ConfigureAwait(false);
        var guest = Read("guest-info", () => new VMGuest { AgentVersion = Text(info, "version") });
        if (await AskAsync("guest-get-osinfo").ConfigureAwait(false) is { } os)
        {
            guest = Read("guest-get-osinfo", () => guest with
            {
                OSName = Text(os, "pretty-name") is { Length: > 0 } pretty ? pretty : Text(os, "name"),
                OSId = Text(os, "id"),
                OSVersion = Text(os, "version-id") is { Length: > 0 } version ? version : Text(os, "version"),
                KernelRelease = Text(os, "kernel-release"),
                KernelVersion = Text(os, "kernel-version"),
                Architecture = Text(os, "machine"),
            });
        }

        if (await AskAsync("guest-get-host-name").ConfigureAwait(false) is { } host)
        {
            guest = Read("guest-get-host-name", () => guest with { HostName = Text(host, "host-name") });
        }

        if (await AskAsync("guest-get-timezone").ConfigureAwait(false) is { } zone)
        {
            guest = Read("guest-get-timezone", () => guest with { TimeZone = Text(zone, "zone"), UtcOffset = Number(zone, "offset") is { } offset and > -100_000 and < 100_000 ? TimeSpan.FromSeconds(offset) : null });
        }

        if (await AskAsync("guest-get-users").ConfigureAwait(false) is { } users)
        {
            guest = Read("guest-get-users", () => guest with { Users = [.. users.EnumerateArray().Select(UserOf)] });
        }

        if (await AskAsync("guest-get-fsinfo").ConfigureAwait(false) is { } systems)
        {
            guest = Read("guest-get-fsinfo", () => guest with { FileSystems = [.. systems.EnumerateArray().Select(FileSystemOf)] });
        }

        if (await AskAsync("guest-network-get-interfaces").ConfigureAwait(false) is { } links)
        {
            guest = Read("guest-network-get-interfaces", () => guest with { Interfaces = InterfacesOf(links), IPAddresses = [.. AddressesOf(links).Select(static address => address.ToString())] });
        }

        return guest;

        async Task<JsonElement?> AskAsync(string command)
        {
            try
            {
                return await ExecuteAsync(command, null, timeout, cancellation).ConfigureAwait(false);
            }
            catch (QgaException e) when (e.ErrorClass.Length > 0)
            {
                return null;
            }
        }
    }

    /// <summary>The guest's network interfaces but loopback.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<IReadOnlyList<VMGuestInterface>> GetInterfacesAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        const string Command = "guest-network-get-interfaces";
        var links = await ExecuteAsync(Command, null, timeout, cancellation).ConfigureAwait(false);
        return Read(Command, () => InterfacesOf(links).Where(static link => link.Name != Loopback).ToArray());
    }

    private static T Read<T>(string command, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsBadJson(e) || e is ArgumentOutOfRangeException)
        {
            throw NoAnswer(command, e);
        }
    }

    private static VMGuestInterface[] InterfacesOf(JsonElement links) => [.. links.EnumerateArray().Select(static link => new VMGuestInterface
    {
        Name = Text(link, "name"),
        MacAddress = Text(link, "hardware-address"),
        IPAddresses = link.TryGetProperty("ip-addresses", out var list) ? [.. list.EnumerateArray().Select(static item => FormattableString.Invariant($"{Text(item, "ip-address")}/{Number(item, "prefix")}"))] : [],
        ReceivedBytes = link.TryGetProperty("statistics", out var received) ? Number(received, "rx-bytes") : null,
        SentBytes = link.TryGetProperty("statistics", out var sent) ? Number(sent, "tx-bytes") : null,
    })];

    // Those that others can reach it by.
    private static List<IPAddress> AddressesOf(JsonElement links)
    {
        var addresses = new List<IPAddress>();
        foreach (var link in links.EnumerateArray())
        {
            if (!link.TryGetProperty("ip-addresses", out var list))
            {
                continue;
            }

            foreach (var item in list.EnumerateArray())
            {
                if (IPAddress.TryParse(item.GetProperty("ip-address").GetString(), out var address) && IsReachable(address))
                {
                    addresses.Add(address);
                }
            }
        }

        return addresses;
    }

    private static VMGuestUser UserOf(JsonElement user) => new()
    {
        Name = Text(user, "user"),
        Domain = Text(user, "domain"),
        LoginTime = user.TryGetProperty("login-time", out var time) && time.GetDouble() is > 0 and < 1e11 and var seconds ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null,
    };

    private static VMGuestFileSystem FileSystemOf(JsonElement system) => new()
    {
        Name = Text(system, "name"),
        MountPoint = Text(system, "mountpoint"),
        Type = Text(system, "type"),
        UsedBytes = Number(system, "used-bytes"),
        SizeBytes = Number(system, "total-bytes"),
        Disks = system.TryGetProperty("disk", out var disks) ? [.. disks.EnumerateArray().Select(static disk => Text(disk, "dev")).Where(static name => name.Length > 0)] : [],
    };

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static long? Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt64() : null;
}
