using System;

namespace Virt.Agent.Common;

/// <summary>How a short program ended and what it wrote.</summary>
/// <param name="ExitCode">Its exit code; 128 + n where signal n ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The last line on standard error, which is where programs say what stopped them; empty where there is none.</summary>
    public string LastErrorLine
    {
        get
        {
            var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return lines.Length == 0 ? "" : lines[^1];
        }
    }
}
