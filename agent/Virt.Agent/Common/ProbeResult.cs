using System;

namespace Virt.Agent.Common;

/// <summary>What came of asking a workload's service.</summary>
/// <param name="Succeeded">It answered as it should.</param>
/// <param name="Message">What it answered, or why not, as the end of a sentence: <c>answered 200</c>, <c>connection refused</c>, <c>no answer within 2 s</c>.</param>
public sealed record ProbeResult(bool Succeeded, string Message)
{
    private const int LongestText = 200;

    /// <summary>What a command's end says: 0 is a success.</summary>
    /// <param name="command">The command.</param>
    /// <param name="exitCode">How it ended.</param>
    /// <param name="output">What it wrote.</param>
    public static ProbeResult OfCommand(string[] command, int exitCode, string output)
    {
        var text = output.Trim();
        return new ProbeResult(exitCode == 0, $"'{command[0]}' ended with {exitCode}{(text.Length > 0 ? ": " + text[..Math.Min(text.Length, LongestText)] : "")}");
    }
}
