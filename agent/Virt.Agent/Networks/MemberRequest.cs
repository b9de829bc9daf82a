using System;
using System.Collections.Generic;
using Virt.Agent.Common;
using Virt.Linux.Netlink;

namespace Virt.Agent.Networks;

/// <summary>What a workload that is being made asks of a network.</summary>
public sealed record MemberRequest
{
    /// <summary>The workload's id; of an adapter that it has beside its first, that one's.</summary>
    public required Guid Id { get; init; }

    /// <summary>See <see cref="NetworkMember.Workload"/>.</summary>
    public Guid Workload { get; init; }

    /// <summary>See <see cref="NetworkMember.Number"/>.</summary>
    public int Number { get; init; }

    /// <summary><c>container</c> or <c>VM</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What is to be done with it.</summary>
    public string Verb { get; init; } = "create";

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its host name.</summary>
    public required string HostName { get; init; }

    /// <summary>The network's name.</summary>
    public required string Network { get; init; }

    /// <summary>It asks for its address by DHCP, and so can have one of IPv4 alone.</summary>
    public bool AsksForAddress { get; init; }

    /// <summary>Addresses that it must have.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The hardware address that it must have; null: one that follows from its address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Ports to publish, as the user writes them.</summary>
    public IReadOnlyList<string> Publish { get; init; } = [];

    /// <summary>Who may come to them.</summary>
    public IReadOnlyList<string> AllowFrom { get; init; } = [];

    /// <summary>Name servers in place of the host's.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>See <see cref="NetworkMember.OpenSpace"/>.</summary>
    public Func<RouteSocket?> OpenSpace { get; init; } = static () => null;

    /// <summary>The cmdlet that asks.</summary>
    internal string Command => Verb == "change" ? $"Set-{ResourceName.Noun(Kind)} {Name}" : "New-" + ResourceName.Noun(Kind);
}
