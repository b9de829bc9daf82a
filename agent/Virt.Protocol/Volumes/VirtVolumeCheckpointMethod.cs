namespace Virt;

/// <summary>How a checkpoint of a volume keeps its data.</summary>
public enum VirtVolumeCheckpointMethod
{
    /// <summary>As a copy.</summary>
    Copy = 0,

    /// <summary>In the volume's own blocks, until either is written: the file system can (btrfs, xfs).</summary>
    CopyOnWrite = 1,
}
