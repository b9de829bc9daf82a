using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes the virtual TPM out of a machine that is off.</summary>
[MessagePackObject]
public sealed partial record DisableVMTPM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";
}
