namespace Virt.Protocol;

/// <summary>What a file is that goes along with a machine.</summary>
public enum MoveFileKind
{
    /// <summary>A layer of one of its disks, which its checkpoints keep: nobody writes to it.</summary>
    Layer = 0,

    /// <summary>The memory of a checkpoint's guest.</summary>
    Memory = 1,

    /// <summary>A checkpoint's UEFI variables.</summary>
    Nvram = 2,

    /// <summary>The state of a checkpoint's TPM.</summary>
    Tpm = 3,

    /// <summary>The memory of a machine that was saved.</summary>
    Saved = 4,
}
