using MessagePack;

namespace Virt;

/// <summary>What a move does with a disk.</summary>
[MessagePackObject]
public sealed partial record VMMoveDisk
{
    /// <summary>Its path on the source.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>Its path on the destination; the same where it is shared.</summary>
    [Key(1)]
    public string DestinationPath { get; set; } = "";

    /// <summary>True where the destination reaches the very same disk, so that nothing is copied.</summary>
    [Key(2)]
    public bool IsShared { get; set; }

    /// <summary>The disk as the guest sees it.</summary>
    [Key(3)]
    public long SizeBytes { get; set; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
