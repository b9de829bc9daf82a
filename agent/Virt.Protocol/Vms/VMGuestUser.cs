using System;
using MessagePack;

namespace Virt;

/// <summary>Somebody who is logged in to a guest.</summary>
[MessagePackObject]
public sealed partial record VMGuestUser
{
    /// <summary>The user's name.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Of Windows: its domain.</summary>
    [Key(1)]
    public string Domain { get; set; } = "";

    /// <summary>Since when, by the guest's clock.</summary>
    [Key(2)]
    public DateTimeOffset? LoginTime { get; set; }

    /// <summary>The user's name.</summary>
    public override string ToString() => Name;
}
