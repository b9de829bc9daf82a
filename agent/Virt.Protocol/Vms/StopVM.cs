using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Stops a running machine: by its guest agent or ACPI, or at once.</summary>
[MessagePackObject]
public sealed partial record StopVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Pull the plug.</summary>
    [Key(2)]
    public bool TurnOff { get; set; }

    /// <summary>How long the guest may take; then the answer is Timeout and it runs on.</summary>
    [Key(3)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>It is stopped because its host stops: unless its AutomaticStartAction is Nothing, it is started with it again.</summary>
    [Key(4)]
    public bool HostStops { get; set; }
}
