namespace Virt.Agent.Storage.Vhds;

/// <summary>What a machine has a disk image for.</summary>
public enum VhdUse
{
    /// <summary>It is the machine's disk, which the machine writes.</summary>
    Disk = 0,

    /// <summary>A checkpoint of the machine keeps it.</summary>
    Checkpoint = 1,

    /// <summary>The machine's disk stands on it; it is only read.</summary>
    Base = 2,
}
