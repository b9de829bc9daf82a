using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Follows a machine's serial console: what it shows comes as stdout notifications, what is typed goes by TypeVMConsole on another connection.</summary>
[MessagePackObject]
public sealed partial record ConnectVMConsole
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Names the seat at the console; made up by the caller.</summary>
    [Key(2)]
    public Guid Terminal { get; set; }

    /// <summary>How much of what it has shown before comes first, at most.</summary>
    [Key(3)]
    public int TailBytes { get; set; } = 65536;

    /// <summary>How long to follow it; zero: until the machine ends or the caller leaves.</summary>
    [Key(4)]
    public TimeSpan Timeout { get; set; }
}
