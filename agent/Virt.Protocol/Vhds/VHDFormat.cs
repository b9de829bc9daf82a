namespace Virt;

/// <summary>How a disk image is written.</summary>
public enum VHDFormat
{
    /// <summary>None of these, or not said.</summary>
    Unknown = 0,

    /// <summary>QEMU's own: .qcow2.</summary>
    Qcow2 = 1,

    /// <summary>The disk's bytes and nothing else: .raw, .img.</summary>
    Raw = 2,

    /// <summary>Hyper-V's: .vhdx.</summary>
    Vhdx = 3,

    /// <summary>VMware's: .vmdk.</summary>
    Vmdk = 4,

    /// <summary>Virtual PC's and Azure's: .vhd.</summary>
    Vhd = 5,
}
