using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of a machine's copying at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class CopyFaults
{
    internal const string Reserved = "vm.copy.reserved";
    internal const string Based = "vm.copy.based";
    internal const string Filled = "vm.copy.filled";
    internal const string Flattened = "vm.copy.flattened";
    internal const string Made = "vm.copy.made";

    internal const string Parted = "vm.part.flattened";
    internal const string Named = "vm.part.named";
    internal const string Forgotten = "vm.part.forgotten";

    internal const string Renewed = "vm.renew.done";

    /// <summary>While another guest is made of a copy's.</summary>
    public static IReadOnlyList<string> Renew { get; } = [Renewed];

    /// <summary>While linked copies are made.</summary>
    public static IReadOnlyList<string> Linked { get; } = [Reserved, Based, Filled, Made];

    /// <summary>While full copies are made.</summary>
    public static IReadOnlyList<string> Full { get; } = [Reserved, Based, Filled, Flattened, Made];

    /// <summary>While a linked copy is removed whose disk stays.</summary>
    public static IReadOnlyList<string> Part { get; } = [Parted, Named, Forgotten];
}
