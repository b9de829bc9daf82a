using System.Collections.Generic;

namespace Virt.Agent.Storage.Vhds;

/// <summary>The places between two steps of work on disk images, for <c>FaultPoint</c>.</summary>
public static class VhdFaults
{
    /// <summary>It is written down what will be done, and nothing is.</summary>
    public const string Written = "vhd.written";

    /// <summary>The new file is whole, beside its place.</summary>
    public const string Made = "vhd.made";

    /// <summary>It is written down that the new file goes to its place now.</summary>
    public const string Placing = "vhd.placing";

    /// <summary>The new file is in its place.</summary>
    public const string Placed = "vhd.placed";

    /// <summary>The image is changed, and who has it does not know.</summary>
    public const string Resized = "vhd.resized";

    /// <summary>The parent has everything, and the child is there still.</summary>
    public const string Merged = "vhd.merged";

    /// <summary>Those of whatever makes a new file.</summary>
    public static readonly IReadOnlyList<string> Making = [Written, Made, Placing, Placed];
}
