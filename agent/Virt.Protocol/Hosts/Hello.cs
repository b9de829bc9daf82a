using MessagePack;

namespace Virt.Protocol;

/// <summary>The first request on every connection.</summary>
[MessagePackObject]
public sealed partial record Hello
{
    /// <summary>The newest protocol version that the client speaks.</summary>
    [Key(0)]
    public int ProtocolVersion { get; set; }

    /// <summary>The client's name and version, such as <c>Virt/0.1.0</c>, for the agent's log.</summary>
    [Key(1)]
    public string ClientName { get; set; } = "";
}
