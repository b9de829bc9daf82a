using System.Collections.Generic;

namespace Virt.Agent.Networks;

/// <summary>The places between two steps of work on networks, for FaultPoint.</summary>
public static class NetworkFaults
{
    /// <summary>A network is stored and nothing of it is made.</summary>
    public const string NewWritten = "network.new.written";

    /// <summary>Its links are made, its table is not.</summary>
    public const string NewLinked = "network.new.linked";

    /// <summary>All is made, and nothing says so.</summary>
    public const string NewRuled = "network.new.ruled";

    /// <summary>The new values are stored, and nothing of them is in force.</summary>
    public const string SetWritten = "network.set.written";

    /// <summary>It is written that the network is being removed.</summary>
    public const string RemoveWritten = "network.remove.written";

    /// <summary>Its links are gone, its table is not.</summary>
    public const string RemoveUnlinked = "network.remove.unlinked";

    /// <summary>Nothing of it is left but its row.</summary>
    public const string RemoveUnruled = "network.remove.unruled";

    /// <summary>A member that runs has its new ports of the host; nothing leads from them to it.</summary>
    public const string PublishTaken = "network.publish.taken";

    /// <summary>Its new ports are in force, and nothing says so.</summary>
    public const string PublishRuled = "network.publish.ruled";

    /// <summary>They are stored.</summary>
    public const string PublishStored = "network.publish.stored";

    /// <summary>The link of a member that runs is in another network, and nothing says so.</summary>
    public const string MemberMoved = "network.member.moved";

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [PublishTaken, PublishRuled, PublishStored, NewWritten, NewLinked, NewRuled, SetWritten, RemoveWritten, RemoveUnlinked, RemoveUnruled];
}
