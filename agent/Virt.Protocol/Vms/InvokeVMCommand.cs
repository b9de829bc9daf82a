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

    /// <summary>The program (looked up in PATH) and its arguments; with a script its file's name and its arguments.</summary>
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

    /// <summary>A user of the guest, by name or uid; null: root, as the guest agent is.</summary>
    [Key(6)]
    public string? User { get; set; }

    /// <summary>A script, which is put into the guest, run by its own interpreter, and removed; null: the command is a program of the guest.</summary>
    [Key(7)]
    public byte[]? Script { get; set; }
}
