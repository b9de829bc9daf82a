using System;
using MessagePack;

namespace Virt;

/// <summary>What protects a virtual machine's guest.</summary>
[MessagePackObject]
public sealed partial record VMSecurity
{
    /// <summary>The machine's id.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>It has a virtual TPM.</summary>
    [Key(2)]
    public bool TpmEnabled { get; set; }

    /// <summary>It starts only what is signed.</summary>
    [Key(3)]
    public bool SecureBoot { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => VMName;
}
