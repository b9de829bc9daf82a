using System;
using System.Linq;
using System.Management.Automation.Language;
using System.Text;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>The command line that runs a script block in a guest's PowerShell.</summary>
internal static class PowerShellCommand
{
    // What Linux lets one argument have (MAX_ARG_STRLEN, execve(2)), with its end.
    private const int LongestArgument = (128 << 10) - 1;

    /// <summary>Makes it.</summary>
    /// <param name="block">The block's text.</param>
    /// <param name="arguments">Its arguments, which it gets as strings.</param>
    /// <param name="hasInput">Standard input is the block's own input, line by line.</param>
    /// <exception cref="VirtException">It is too long.</exception>
    public static string[] Of(string block, string[] arguments, bool hasInput)
    {
        // The line end: a block may end in a comment.
        var script = $"{(hasInput ? "$input | " : "")}& {{{block}\n}}{string.Concat(arguments.Select(argument => $" '{CodeGeneration.EscapeSingleQuotedStringContent(argument)}'"))}";
        var encoded = Convert.ToBase64String(Encoding.Unicode.GetBytes(script));
        if (encoded.Length > LongestArgument)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "ScriptBlockTooLong", $"Cannot run a script block: it has {script.Length} characters; {LongestArgument / 4 * 3 / 2} or fewer are required.", action: "Invoke-VMCommand web01 -FilePath ./setup.ps1");
        }

        // Without a format PowerShell writes its errors as XML: it takes an encoded command for one of another PowerShell.
        return ["pwsh", "-NoProfile", "-NonInteractive", "-OutputFormat", "Text", "-EncodedCommand", encoded];
    }
}
