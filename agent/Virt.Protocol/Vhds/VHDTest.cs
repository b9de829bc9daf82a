using MessagePack;

namespace Virt;

/// <summary>What a test of a disk image has found.</summary>
[MessagePackObject]
public sealed partial record VHDTest
{
    /// <summary>The disk image.</summary>
    [Key(0)]
    public string Path { get; set; } = "";

    /// <summary>True where no data is in danger and everything below it is there.</summary>
    [Key(1)]
    public bool IsSound { get; set; }

    /// <summary>Damaged places: data may be wrong or gone.</summary>
    [Key(2)]
    public long CorruptionCount { get; set; }

    /// <summary>Blocks that nothing uses: space is lost, nothing else.</summary>
    [Key(3)]
    public long LeakedClusterCount { get; set; }

    /// <summary>What was mended.</summary>
    [Key(4)]
    public long RepairedCount { get; set; }

    /// <summary>Everything below it, the parent first.</summary>
    [Key(5)]
    public string[] Chain { get; set; } = [];

    /// <summary>The image below it that is not there; empty: all are.</summary>
    [Key(6)]
    public string MissingParentPath { get; set; } = "";

    /// <summary>In one sentence.</summary>
    [Key(7)]
    public string Message { get; set; } = "";

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The disk's path.</summary>
    public override string ToString() => Path;
}
