using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Waits for a condition of a machine.</summary>
[MessagePackObject]
public sealed partial record WaitVM
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>What to wait for.</summary>
    [Key(2)]
    public WaitCondition For { get; set; }

    /// <summary>How long; zero: for ever.</summary>
    [Key(3)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The TCP port, for Port.</summary>
    [Key(4)]
    public int Port { get; set; }
}
