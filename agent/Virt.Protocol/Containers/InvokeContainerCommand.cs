using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Runs a command in a container; its output comes as stdout and stderr notifications.</summary>
[MessagePackObject]
public sealed partial record InvokeContainerCommand
{
    /// <summary>The container's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The program and its arguments.</summary>
    [Key(2)]
    public string[] Command { get; set; } = [];

    /// <summary>Variables, over the container's.</summary>
    [Key(3)]
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>As for NewContainer; null: the container's.</summary>
    [Key(4)]
    public string? User { get; set; }

    /// <summary>An absolute path; null: the container's.</summary>
    [Key(5)]
    public string? WorkingDirectory { get; set; }

    /// <summary>The client sends standard input as stdin notifications.</summary>
    [Key(6)]
    public bool HasInput { get; set; }

    /// <summary>After so long all that the command has started is killed, which is an error; zero: never.</summary>
    [Key(7)]
    public TimeSpan Timeout { get; set; }
}
