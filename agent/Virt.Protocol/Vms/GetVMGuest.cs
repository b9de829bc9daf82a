using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Asks a guest, through its guest agent, what it is.</summary>
[MessagePackObject]
public sealed partial record GetVMGuest
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>How long the guest agent may take for each of its answers.</summary>
    [Key(2)]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Which packages are installed is asked too.</summary>
    [Key(3)]
    public bool IncludePackages { get; set; }
}
