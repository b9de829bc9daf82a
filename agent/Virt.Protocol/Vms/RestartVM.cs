using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Stops a machine as StopVM does, and starts it anew; starts one that does not run.</summary>
[MessagePackObject]
public sealed partial record RestartVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Pull the plug instead.</summary>
    [Key(2)]
    public bool TurnOff { get; set; }

    /// <summary>How long the guest may take to shut down; then the answer is Timeout and it runs on.</summary>
    [Key(3)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);
}
