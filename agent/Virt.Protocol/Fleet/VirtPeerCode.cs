using System;
using MessagePack;

namespace Virt;

/// <summary>A one-time code with which another host's agent becomes a peer of this one.</summary>
[MessagePackObject]
public sealed partial record VirtPeerCode
{
    /// <summary>To be given to Add-VirtPeer on the other host. Holds a secret and this agent's certificate fingerprint.</summary>
    [Key(0)]
    public string Code { get; set; } = "";

    /// <summary>Where this agent listens for peers: host and port.</summary>
    [Key(1)]
    public string Address { get; set; } = "";

    /// <summary>After this the code is worthless; also after its first use.</summary>
    [Key(2)]
    public DateTimeOffset ExpiryTime { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The code.</summary>
    public override string ToString() => Code;
}
