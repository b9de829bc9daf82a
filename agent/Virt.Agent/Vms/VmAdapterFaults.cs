using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of what is done to network adapters at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmAdapterFaults
{
    /// <summary>It is written that the adapter is being added; it has its place in its network.</summary>
    public const string AddRecorded = "vm.adapter.addrecorded";

    /// <summary>Its link is there, and QEMU has it; the guest has no adapter yet.</summary>
    public const string Connected = "vm.adapter.connected";

    /// <summary>The guest has it.</summary>
    public const string Plugged = "vm.adapter.plugged";

    /// <summary>It is written that it is being removed.</summary>
    public const string RemoveRecorded = "vm.adapter.removerecorded";

    /// <summary>The guest has let go of it; its link is there still.</summary>
    public const string Unplugged = "vm.adapter.unplugged";

    /// <summary>It is written that the adapter is going into another network; it has its place there.</summary>
    public const string MoveRecorded = "vm.adapter.moverecorded";

    /// <summary>It is in another network, and that is written; the guest knows nothing of it.</summary>
    public const string MoveStored = "vm.adapter.movestored";

    /// <summary>The guest sees that its link is down.</summary>
    public const string LinkDown = "vm.adapter.linkdown";

    /// <summary>Of one that goes into another network.</summary>
    public static IReadOnlyList<string> Move { get; } = [MoveRecorded, Networks.NetworkFaults.MemberMoved, MoveStored, LinkDown];

    /// <summary>Of adding one.</summary>
    public static IReadOnlyList<string> Add { get; } = [AddRecorded, Connected, Plugged];

    /// <summary>Of removing one.</summary>
    public static IReadOnlyList<string> Remove { get; } = [RemoveRecorded, Unplugged];
}
