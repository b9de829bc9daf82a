using System;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Virt.Commands;

/// <summary>
/// What stands where a command's words do and is none: a script block, or a parameter that the cmdlet has not. PowerShell hands both over as text.
/// </summary>
internal static class CommandWord
{
    // No argument of a program can hold it.
    private const string BlockMark = "\0{";

    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    /// <summary>Marks a script block, and leaves all else alone.</summary>
    public static object? Of(object? item) => item is not null && PSObject.AsPSObject(item).BaseObject is ScriptBlock block ? BlockMark + block : item;

    /// <summary>The text of a script block; null: it is none.</summary>
    public static string? BlockOf(string word) => word.StartsWith(BlockMark, StringComparison.Ordinal) ? word.Substring(BlockMark.Length) : null;

    /// <summary>Whether a word was typed as a parameter: with a dash, without quotes, and not behind --. Words that nobody has typed, such as those of a splatted array, were not.</summary>
    /// <param name="word">The word.</param>
    /// <param name="line">What was typed, from the cmdlet's name on.</param>
    public static bool IsParameter(string word, string line)
    {
        if (!word.StartsWith("-", StringComparison.Ordinal))
        {
            return false;
        }

        var typed = Regex.Match(line, $@"(?<=\s){Regex.Escape(word)}(?=[\s;|)}}]|$)", RegexOptions.None, MatchLimit);
        var end = Regex.Match(line, @"(?<=\s)--(?=\s|$)", RegexOptions.None, MatchLimit);
        return typed.Success && (!end.Success || typed.Index < end.Index);
    }
}
