using System.Collections.Generic;

namespace Virt.Commands;

/// <summary>What the user wants to run.</summary>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Input">Its standard input; null: none.</param>
/// <param name="Environment">Its variables.</param>
internal sealed record CommandInvocation(string[] Command, byte[]? Input, Dictionary<string, string> Environment)
{
    /// <summary>A script, whose file's name and arguments the command is; null: it is a program's.</summary>
    public byte[]? Script { get; init; }
}
