using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Runs a command in a guest through its guest agent; its output comes as stdout and stderr notifications.</summary>
[MessagePackObject]
public sealed partial record InvokeVMCommand
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The program (looked up in PATH) and its arguments.</summary>
    [Key(2)]
    public string[] Command { get; set; } = [];

    /// <summary>What the command reads from standard input; null: nothing.</summary>
    [Key(3)]
    public byte[]? Input { get; set; }

    /// <summary>How long it may run; zero: for ever.</summary>
    [Key(4)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Variables of the command.</summary>
    [Key(5)]
    public Dictionary<string, string> Environment { get; set; } = [];
}
