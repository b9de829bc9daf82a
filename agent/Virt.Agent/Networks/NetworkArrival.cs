using System.Collections.Generic;

namespace Virt.Agent.Networks;

/// <summary>What a workload of another host would find in the network that has the name of its own.</summary>
public sealed record NetworkArrival
{
    /// <summary>The network's subnets, each as <c>10.144.0.0/24</c>.</summary>
    public required IReadOnlyList<string> Subnets { get; init; }

    /// <summary>Its addresses that are none of a member's here.</summary>
    public IReadOnlyList<string> Foreign { get; init; } = [];

    /// <summary>Its addresses that others have here, each with who.</summary>
    public IReadOnlyList<(string Address, string Why)> Taken { get; init; } = [];

    /// <summary>Its ports that others have here, each with who.</summary>
    public IReadOnlyList<(string Port, string Why)> TakenPorts { get; init; } = [];
}
