using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: what the destination says to a move.</summary>
[MessagePackObject]
public sealed partial record MoveCheck
{
    /// <summary>What stands in the way there.</summary>
    [Key(0)]
    public PlanProblem[] Problems { get; set; } = [];

    /// <summary>True where all disks are reached there at the same paths.</summary>
    [Key(1)]
    public bool AreDisksShared { get; set; }

    /// <summary>Where the disks will be, in the order of <see cref="CheckMove.Disks"/>.</summary>
    [Key(2)]
    public string[] DiskPaths { get; set; } = [];

    /// <summary>SHA-256 over the image's files there; empty where there is no such image.</summary>
    [Key(3)]
    public byte[] ImageHash { get; set; } = [];

    /// <summary>Where another image would be put there.</summary>
    [Key(4)]
    public string ImageFolder { get; set; } = "";

    /// <summary>It takes checkpoints and further network adapters along; agents before there was this do not.</summary>
    [Key(5)]
    public bool TakesAll { get; set; }
}
