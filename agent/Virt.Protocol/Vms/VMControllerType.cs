namespace Virt;

/// <summary>What a guest sees a drive behind.</summary>
public enum VMControllerType
{
    /// <summary>A virtio block device of its own: the fastest; the guest needs its driver.</summary>
    Virtio = 0,

    /// <summary>A virtio SCSI controller with up to 256 drives, which come and go while the guest runs.</summary>
    SCSI = 1,

    /// <summary>AHCI, which every guest system since about 2005 knows. Only on x64, up to six drives.</summary>
    SATA = 2,

    /// <summary>An NVMe controller of its own.</summary>
    NVMe = 3,
}
