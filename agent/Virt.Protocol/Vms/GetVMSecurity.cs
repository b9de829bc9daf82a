using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks what protects machines; of all where it names none.</summary>
[MessagePackObject]
public sealed partial record GetVMSecurity
{
    /// <summary>Names or patterns with * ? [a-z].</summary>
    [Key(0)]
    public string[] Names { get; set; } = [];

    /// <summary>Ids.</summary>
    [Key(1)]
    public Guid[] Ids { get; set; } = [];
}
