using MessagePack;

namespace Virt.Protocol;

/// <summary>What became of asking registries for newer images.</summary>
[MessagePackObject]
public sealed partial record ContainerImageTestList
{
    /// <summary>One for each image that could be asked for.</summary>
    [Key(0)]
    public ContainerImageTest[] Items { get; set; } = [];

    /// <summary>One for each name that does not exist, and for each whose registry did not answer.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
