using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of what is done to memory at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmMemoryFaults
{
    /// <summary>It is written that memory is being added.</summary>
    public const string AddRecorded = "vm.memory.addrecorded";

    /// <summary>QEMU has it; the guest has none of it yet.</summary>
    public const string Made = "vm.memory.made";

    /// <summary>The guest has it.</summary>
    public const string Plugged = "vm.memory.plugged";

    /// <summary>Of adding some.</summary>
    public static IReadOnlyList<string> Add { get; } = [AddRecorded, Made, Plugged];
}
