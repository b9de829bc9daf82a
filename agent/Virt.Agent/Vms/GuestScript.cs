using System;
using System.Text;

namespace Virt.Agent.Vms;

/// <summary>By which program of the guest a script is run.</summary>
internal static class GuestScript
{
    // Linux looks no further for the end of the line (BINPRM_BUF_SIZE in include/uapi/linux/binfmts.h).
    private const int LongestLine = 256;

    /// <summary>The name of PowerShell's program.</summary>
    public const string PowerShell = "pwsh";

    /// <summary>
    /// The interpreter and what stands before the script's path on its command line: those of the script's first line as Linux reads it (execve(2), Interpreter scripts), else PowerShell
    /// where the file's name says so, else sh. So a script needs no right to be executed, which a folder for temporary files may deny.
    /// </summary>
    /// <param name="name">The file's name.</param>
    /// <param name="bytes">What is in it.</param>
    public static string[] Interpreter(string name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("#!"u8))
        {
            var line = bytes[2..Math.Min(bytes.Length, LongestLine)];
            var end = line.IndexOf((byte)'\n');
            var text = Encoding.UTF8.GetString(end < 0 ? line : line[..end]).Trim();
            var gap = text.AsSpan().IndexOfAny(' ', '\t');
            if (text.Length > 0)
            {
                return gap < 0 ? [text] : [text[..gap], text[gap..].TrimStart()];
            }
        }

        return name.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) ? [PowerShell, "-NoProfile", "-NonInteractive", "-File"] : ["sh"];
    }

    /// <summary>Whether a text can be the name of the script's file.</summary>
    public static bool CanBeNamed(string name) => name is not ("" or "." or "..") && name.Length < 200 && !name.Contains('/', StringComparison.Ordinal);
}
