using System;
using System.Collections.Generic;
using Virt.Linux.Netlink;

namespace Virt.Agent.Networks;

/// <summary>A workload that belongs to a network, whether it runs or not.</summary>
public sealed record NetworkMember
{
    /// <summary>The workload's id; of an adapter that it has beside its first, that one's.</summary>
    public required Guid Id { get; init; }

    /// <summary>The workload's id, by which its adapters belong together.</summary>
    public Guid Workload
    {
        get => field == Guid.Empty ? Id : field;
        init;
    }

    /// <summary>Which of a container's adapters it is: 0 is the first, which has its published ports.</summary>
    public int Number { get; init; }

    /// <summary><c>container</c> or <c>VM</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name: others of the network find it by that.</summary>
    public required string Name { get; init; }

    /// <summary>Its host name: by that too.</summary>
    public required string HostName { get; init; }

    /// <summary>Its place.</summary>
    public required NetworkAttachment Attachment { get; init; }

    /// <summary>Name servers that are asked for it in place of the host's.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Opens its network namespace while it runs; gives null where the host cannot enter it: a guest learns by DHCP what has changed.</summary>
    public Func<RouteSocket?> OpenSpace { get; init; } = static () => null;
}
