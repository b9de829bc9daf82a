using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Changes a network, also while it is used.</summary>
[MessagePackObject]
public sealed partial record SetVirtNetwork
{
    /// <summary>The network's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Bridge, Isolated or Routed; null: as it is. Members that run keep their default route, or their want of one, until their next start.</summary>
    [Key(2)]
    public VirtNetworkMode? Mode { get; set; }

    /// <summary>1280 to 65535; null: as it is. Members that run keep theirs until their next start.</summary>
    [Key(3)]
    public int? MtuBytes { get; set; }

    /// <summary>In place of those that it has; null: as they are.</summary>
    [Key(4)]
    public Dictionary<string, string>? Labels { get; set; }
}
