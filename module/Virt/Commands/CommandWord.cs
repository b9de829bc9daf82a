using System.Management.Automation;

namespace Virt.Commands;

/// <summary>
/// What stands where a command's words do and is none: a script block, or a parameter that the cmdlet has not. PowerShell hands both over as text, so they are marked with what no argument
/// of a program can hold.
/// </summary>
internal static class CommandWord
{
    private const string BlockMark = "\0{";
    private const string ParameterMark = "\0-";

    // PowerShell's own mark of a word with a dash that is neither quoted nor behind --.
    private const string ParameterNote = "<CommandParameterName>";

    /// <summary>Marks what is no word.</summary>
    public static object? Of(object? item)
    {
        var wrapped = item is null ? null : PSObject.AsPSObject(item);
        return wrapped?.BaseObject switch
        {
            ScriptBlock block => BlockMark + block,
            string text when wrapped!.Properties[ParameterNote] is not null => ParameterMark + text,
            _ => item,
        };
    }

    /// <summary>The text of a script block; null: it is none.</summary>
    public static string? BlockOf(string word) => Behind(BlockMark, word);

    /// <summary>What looks like a parameter, with its dash; null: it does not.</summary>
    public static string? ParameterOf(string word) => Behind(ParameterMark, word);

    private static string? Behind(string mark, string word) => word.StartsWith(mark, System.StringComparison.Ordinal) ? word.Substring(mark.Length) : null;
}
