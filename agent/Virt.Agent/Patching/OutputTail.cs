using System;
using System.Collections.Generic;

namespace Virt.Agent.Patching;

/// <summary>The end of what a program wrote: what a person reads first.</summary>
public static class OutputTail
{
    private const int Lines = 20;
    private const int LineLength = 400;

    /// <summary>The last twenty lines, none longer than 400 characters, without carriage returns.</summary>
    public static string Of(string output)
    {
        var lines = new List<string>();
        foreach (var line in output.Split('\n'))
        {
            // A progress line rewrites itself: what stands after its last return is what a terminal would show.
            var text = line.TrimEnd('\r');
            text = text[(text.LastIndexOf('\r') + 1)..];
            lines.Add(text.Length > LineLength ? text[..LineLength] + "…" : text);
        }

        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return string.Join('\n', lines.Count > Lines ? lines.GetRange(lines.Count - Lines, Lines) : lines);
    }

    /// <summary>A text of somebody else, to stand inside a sentence: its last line that says something.</summary>
    public static string LastLine(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0 ? "" : lines[^1].TrimEnd('.');
    }
}
