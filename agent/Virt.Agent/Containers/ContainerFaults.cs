using System.Collections.Generic;
using Virt.Agent.Common;

namespace Virt.Agent.Containers;

/// <summary>The places between two steps of work on layers and generations, for <see cref="FaultPoint"/>.</summary>
public static class ContainerFaults
{
    /// <summary>A throw-away container is stored and not started.</summary>
    public const string ThrowAwayMade = "container.throwaway.made";

    /// <summary>It runs; the work has not begun.</summary>
    public const string ThrowAwayStarted = "container.throwaway.started";

    /// <summary>The work is done.</summary>
    public const string ThrowAwayWorked = "container.throwaway.worked";

    /// <summary>A layer's processes have ended.</summary>
    public const string LayerEnded = "container.layer.ended";

    /// <summary>Its files lie among the layers, as one that is being built.</summary>
    public const string LayerMoved = "container.layer.moved";

    /// <summary>It is whole and on the disk.</summary>
    public const string LayerWritten = "container.layer.written";

    /// <summary>It has its name, and no container names it.</summary>
    public const string LayerNamed = "container.layer.named";

    /// <summary>Its container names it.</summary>
    public const string LayerKept = "container.layer.kept";

    /// <summary>The root of another generation is mounted, its cgroup made.</summary>
    public const string SwitchPrepared = "container.switch.prepared";

    /// <summary>It is written that the container is being replaced; its first process knows nothing yet.</summary>
    public const string SwitchAnnounced = "container.switch.announced";

    /// <summary>The first process was asked to end.</summary>
    public const string SwitchSignalled = "container.switch.signalled";

    /// <summary>It has ended.</summary>
    public const string SwitchStopped = "container.switch.stopped";

    /// <summary>The container is the other generation; nothing of it runs.</summary>
    public const string SwitchWritten = "container.switch.written";

    /// <summary>Its first process runs, and nothing says so.</summary>
    public const string SwitchLaunched = "container.switch.launched";

    /// <summary>It is written that it runs; what is not kept is still there.</summary>
    public const string SwitchStarted = "container.switch.started";

    /// <summary>A former generation is named no more; its files are still there.</summary>
    public const string DiscardWritten = "container.discard.written";

    /// <summary>A container's link into its network is made, its ports are published, and its first process does not go on yet.</summary>
    public const string NetworkConnected = "container.network.connected";

    /// <summary>Those of a throw-away container.</summary>
    public static IReadOnlyList<string> ThrowAway { get; } = [ThrowAwayMade, ThrowAwayStarted, ThrowAwayWorked];

    /// <summary>Those of a layer's building.</summary>
    public static IReadOnlyList<string> Layer { get; } = [.. ThrowAway, LayerEnded, LayerMoved, LayerWritten, LayerNamed, LayerKept];

    /// <summary>Those of ReplaceAsync and PutBackAsync, of a container that runs.</summary>
    public static IReadOnlyList<string> Switch { get; } = [SwitchPrepared, SwitchAnnounced, SwitchSignalled, SwitchStopped, SwitchWritten, SwitchLaunched, SwitchStarted];

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Layer, .. Switch, DiscardWritten, NetworkConnected];
}
