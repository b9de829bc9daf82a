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

    /// <summary>Of adding one.</summary>
    public static IReadOnlyList<string> Add { get; } = [AddRecorded, Connected, Plugged];

    /// <summary>Of removing one.</summary>
    public static IReadOnlyList<string> Remove { get; } = [RemoveRecorded, Unplugged];
}
