using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Measures what a virtual machine uses; each measurement comes as an item.</summary>
[MessagePackObject]
public sealed partial record MeasureVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Over how long processor time and rates are measured.</summary>
    [Key(2)]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Go on until the machine ends.</summary>
    [Key(3)]
    public bool Continuous { get; set; }
}
