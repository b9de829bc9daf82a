using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Virt.Commands;

/// <summary>
/// What stands where a command's words do and is none: a script block, or a parameter that the cmdlet has not. PowerShell hands both over as text.
/// </summary>
internal static class CommandWord
{
    // No argument of a program can hold it.
    private const string BlockMark = "\0{";

    /// <summary>Marks a script block, and leaves all else alone.</summary>
    public static object? Of(object? item) => item is not null && PSObject.AsPSObject(item).BaseObject is ScriptBlock block ? BlockMark + block : item;

    /// <summary>The text of a script block; null: it is none.</summary>
    public static string? BlockOf(string word) => word.StartsWith(BlockMark, StringComparison.Ordinal) ? word.Substring(BlockMark.Length) : null;

    /// <summary>The first parameter that was typed before the command and that the cmdlet has not; null: there is none.</summary>
    /// <param name="line">What was typed, from the cmdlet's name on.</param>
    /// <param name="isKnown">Whether the cmdlet has a parameter.</param>
    public static string? UnknownParameter(string line, Func<string, bool> isKnown)
    {
        if (Parser.ParseInput(line, out _, out _).Find(static ast => ast is CommandAst, searchNestedScriptBlocks: false) is not CommandAst call)
        {
            return null;
        }

        // All before -- is the cmdlet's. Without it the program's words begin behind the machine's name.
        var elements = call.CommandElements.Skip(1).ToList();
        var end = elements.FindIndex(static element => element.Extent.Text == "--");
        var (words, own) = (0, end < 0 ? elements : elements.Take(end));
        foreach (var element in own)
        {
            if (element is not CommandParameterAst parameter)
            {
                words++;
            }
            else if ((end >= 0 || words < 2) && !isKnown(parameter.ParameterName))
            {
                return "-" + parameter.ParameterName;
            }
        }

        return null;
    }
}
