namespace Virt;

/// <summary>What the members of a network can reach.</summary>
public enum VirtNetworkMode
{
    /// <summary>Each other, and the outside under the host's address (NAT); from outside they are reached by published ports alone.</summary>
    Bridge = 0,

    /// <summary>Each other and names, and nothing else.</summary>
    Isolated = 1,

    /// <summary>The outside under their own addresses, and from outside they are reached under them: for hosts whose neighbours have a route to them.</summary>
    Routed = 2,

    /// <summary>The host's own network, built in.</summary>
    Host = 3,

    /// <summary>Nothing but loopback, built in.</summary>
    None = 4,
}
