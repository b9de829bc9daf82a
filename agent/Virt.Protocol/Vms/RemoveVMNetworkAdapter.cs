using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Takes a network adapter out of a machine, also while that runs.</summary>
[MessagePackObject]
public sealed partial record RemoveVMNetworkAdapter
{
    /// <summary>The adapter's id; all zeros: by the machine and the name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(2)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(3)]
    public string VMName { get; set; } = "";

    /// <summary>How long a guest may take to let go of it.</summary>
    [Key(4)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
