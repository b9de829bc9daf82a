using MessagePack;

namespace Virt.Protocol;

/// <summary>Operations, newest first.</summary>
[MessagePackObject]
public sealed partial record VirtOperationList
{
    /// <summary>The operations.</summary>
    [Key(0)]
    public VirtOperation[] Items { get; set; } = [];

    /// <summary>Ids that were asked for and are not there.</summary>
    [Key(1)]
    public ErrorInfo[] Errors { get; set; } = [];
}
