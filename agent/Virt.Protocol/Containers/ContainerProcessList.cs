using MessagePack;

namespace Virt.Protocol;

/// <summary>The processes of a container.</summary>
[MessagePackObject]
public sealed partial record ContainerProcessList
{
    /// <summary>By their ids in the container.</summary>
    [Key(0)]
    public ContainerProcess[] Items { get; set; } = [];
}
