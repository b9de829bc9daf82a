using System;
using MessagePack;

namespace Virt;

/// <summary>Another host's agent that this one trusts, and that trusts this one.</summary>
[MessagePackObject]
public sealed partial record VirtPeer
{
    /// <summary>The other host's own name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Where its agent listens for peers; empty where it listens for none.</summary>
    [Key(1)]
    public string Address { get; set; } = "";

    /// <summary>SHA-256 of its certificate, in hexadecimal.</summary>
    [Key(2)]
    public string Fingerprint { get; set; } = "";

    /// <summary>When the two became peers.</summary>
    [Key(3)]
    public DateTimeOffset AddedTime { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The other host's name.</summary>
    public override string ToString() => Name;
}
