using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>
/// Asks for the agent inside a guest. Once this is answered the connection is the guest's agent's: what the client sends from then on, hello first, goes there, and what comes is from there.
/// Until then the client sends nothing but a cancel.
/// </summary>
[MessagePackObject]
public sealed partial record ConnectVMAgent
{
    /// <summary>The machine's id; all zeros: by its name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";
}
