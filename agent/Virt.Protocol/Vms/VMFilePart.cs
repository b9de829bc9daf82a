using MessagePack;

namespace Virt.Protocol;

/// <summary>A part of a file that is copied out of a guest.</summary>
[MessagePackObject]
public sealed partial record VMFilePart
{
    /// <summary>The bytes; of the first part: none.</summary>
    [Key(0)]
    public byte[] Bytes { get; set; } = [];

    /// <summary>Of the first part: how many bytes will come; 0: what the guest does not know before, as of a file of /proc.</summary>
    [Key(1)]
    public long SizeBytes { get; set; }

    /// <summary>Of the first part: permissions, as for chmod(2); 0: the guest does not tell.</summary>
    [Key(2)]
    public int Mode { get; set; }
}
