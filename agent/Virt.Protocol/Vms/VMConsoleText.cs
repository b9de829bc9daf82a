using MessagePack;

namespace Virt.Protocol;

/// <summary>What a machine's serial console has shown last.</summary>
[MessagePackObject]
public sealed partial record VMConsoleText
{
    /// <summary>As the guest wrote it; at most 64 KB.</summary>
    [Key(0)]
    public byte[] Bytes { get; set; } = [];
}
