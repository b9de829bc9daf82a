namespace Virt;

/// <summary>What a virtual machine is doing.</summary>
public enum VMState
{
    /// <summary>No QEMU process; the disk is whole.</summary>
    Stopped = 0,

    /// <summary>QEMU is being started.</summary>
    Starting = 1,

    /// <summary>The guest's CPUs run.</summary>
    Running = 2,

    /// <summary>QEMU is there, the guest's CPUs stand still.</summary>
    Paused = 3,

    /// <summary>The guest was told to shut down.</summary>
    Stopping = 4,

    /// <summary>Its disk and its folder are being made.</summary>
    Creating = 5,

    /// <summary>It is being removed.</summary>
    Removing = 6,

    /// <summary>The last step went wrong; Status says how.</summary>
    Failed = 7,

    /// <summary>It is coming from another host, where it still runs; Status says from which.</summary>
    Receiving = 8,

    /// <summary>It belongs to another host now; what is left of it here is being removed. Status says to which.</summary>
    Released = 9,

    /// <summary>Its memory is being written to the disk.</summary>
    Saving = 10,

    /// <summary>No QEMU process; its memory is on the disk, and its next start goes on from there.</summary>
    Saved = 11,
}
