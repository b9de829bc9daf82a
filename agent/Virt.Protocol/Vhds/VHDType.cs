namespace Virt;

/// <summary>What a disk image holds.</summary>
public enum VHDType
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>It grows as it is written.</summary>
    Dynamic = 1,

    /// <summary>All its blocks are there from the beginning.</summary>
    Fixed = 2,

    /// <summary>Only what differs from its parent.</summary>
    Differencing = 3,
}
