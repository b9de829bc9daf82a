using MessagePack;

namespace Virt.Protocol;

/// <summary>Who answers.</summary>
[MessagePackObject]
public sealed partial record HelloReply
{
    /// <summary>The version that both speak: the smaller of the two newest.</summary>
    [Key(0)]
    public int ProtocolVersion { get; set; }

    /// <summary>The agent's version, such as <c>0.1.0</c>.</summary>
    [Key(1)]
    public string AgentVersion { get; set; } = "";

    /// <summary>The host's own name.</summary>
    [Key(2)]
    public string HostName { get; set; } = "";
}
