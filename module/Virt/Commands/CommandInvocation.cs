using System.Collections.Generic;

namespace Virt.Commands;

/// <summary>What the user wants to run.</summary>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Input">Its standard input; null: none.</param>
/// <param name="Environment">Its variables.</param>
internal sealed record CommandInvocation(string[] Command, byte[]? Input, Dictionary<string, string> Environment);
