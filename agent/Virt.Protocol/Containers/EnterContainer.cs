using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Runs a command in a container at a terminal; what it shows comes as stdout notifications, what is typed goes by TypeContainer on another connection.</summary>
[MessagePackObject]
public sealed partial record EnterContainer
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>Names the terminal; made up by the caller.</summary>
    [Key(2)]
    public Guid Terminal { get; set; }

    /// <summary>The program and its arguments; empty: the user's shell.</summary>
    [Key(3)]
    public string[] Command { get; set; } = [];

    /// <summary>Variables, over the container's.</summary>
    [Key(4)]
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>As for NewContainer; null: the container's.</summary>
    [Key(5)]
    public string? User { get; set; }

    /// <summary>An absolute path; null: the container's.</summary>
    [Key(6)]
    public string? WorkingDirectory { get; set; }

    /// <summary>The window's width in characters.</summary>
    [Key(7)]
    public int Columns { get; set; } = 80;

    /// <summary>The window's height in lines.</summary>
    [Key(8)]
    public int Rows { get; set; } = 24;
}
