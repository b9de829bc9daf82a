using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of a machine's start at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmFaults
{
    /// <summary>Its link into its network is made, and its ports are published; there is no QEMU yet.</summary>
    public const string Connected = "vm.start.connected";

    /// <summary>QEMU is there and stands still; nothing says which process it is.</summary>
    public const string Launched = "vm.start.launched";

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [Connected, Launched];
}
