using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes an image of what a virtual machine has on its disk.</summary>
[MessagePackObject]
public sealed partial record NewVMImage
{
    /// <summary>What it will be called, such as <c>web/1</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The machine; empty: the one of that name.</summary>
    [Key(1)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(2)]
    public string VMName { get; set; } = "";

    /// <summary>For people; empty: what the machine's own image says.</summary>
    [Key(3)]
    public string Description { get; set; } = "";

    /// <summary>Copy the disk as it is, with all that tells its guest from others.</summary>
    [Key(4)]
    public bool NoSeal { get; set; }

    /// <summary>How long the guest may take to come up, and again to shut down.</summary>
    [Key(5)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);
}
