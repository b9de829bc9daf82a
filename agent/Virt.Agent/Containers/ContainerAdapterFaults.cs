using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>The places between two steps of what is done to network adapters of a container that runs, for <c>FaultPoint</c>.</summary>
public static class ContainerAdapterFaults
{
    /// <summary>It is written that the adapter is being added; it has its place in its network.</summary>
    public const string AddWritten = "container.adapter.addwritten";

    /// <summary>The container has it, and nothing says so.</summary>
    public const string Connected = "container.adapter.connected";

    /// <summary>It is written that it is being removed.</summary>
    public const string RemoveWritten = "container.adapter.removewritten";

    /// <summary>The container has it no more; its place is not given back.</summary>
    public const string Disconnected = "container.adapter.disconnected";

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [AddWritten, Connected, RemoveWritten, Disconnected];
}
