using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>The networks that are built in; all others are the user's.</summary>
internal static class ContainerNetwork
{
    /// <summary>One of its own, with nothing but loopback.</summary>
    public const string None = "none";

    /// <summary>The host's.</summary>
    public const string Host = "host";

    /// <summary>Both.</summary>
    public static IReadOnlyList<string> All { get; } = [None, Host];
}
