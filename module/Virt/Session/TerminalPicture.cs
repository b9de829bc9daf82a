using System;
using System.Text;

namespace Virt.Session;

/// <summary>Pictures in terminals that can show them: pure.</summary>
internal static class TerminalPicture
{
    private const char Escape = '\u001b';

    // As much as the protocol allows in one piece.
    private const int KittyPiece = 4096;

    /// <summary>The way in which a terminal takes pictures.</summary>
    internal enum Way
    {
        /// <summary>It takes none, as far as is known.</summary>
        None,

        /// <summary>The kitty graphics protocol: kitty, Ghostty, Konsole.</summary>
        Kitty,

        /// <summary>iTerm2's inline images: iTerm2, WezTerm, Visual Studio Code, mintty.</summary>
        ITerm2,
    }

    /// <summary>Which way a terminal has, by the variables that it sets.</summary>
    /// <param name="variable">Gives the value of an environment variable; null: there is none.</param>
    public static Way Of(Func<string, string?> variable)
    {
        var (program, term) = (variable("TERM_PROGRAM") ?? "", variable("TERM") ?? "");
        return variable("KITTY_WINDOW_ID") is not null || variable("KONSOLE_VERSION") is not null || program == "ghostty" || term is "xterm-kitty" or "xterm-ghostty" ? Way.Kitty
            : program is "iTerm.app" or "WezTerm" or "vscode" or "mintty" || variable("LC_TERMINAL") == "iTerm2" ? Way.ITerm2
            : Way.None;
    }

    /// <summary>What shows a picture where the cursor is, with a line's end after it.</summary>
    /// <param name="way">Not None.</param>
    /// <param name="png">The picture.</param>
    public static string Write(Way way, byte[] png)
    {
        var text = Convert.ToBase64String(png);
        if (way == Way.ITerm2)
        {
            return $"{Escape}]1337;File=inline=1;size={png.Length}:{text}\a\n";
        }

        var written = new StringBuilder();
        for (var at = 0; at < text.Length; at += KittyPiece)
        {
            var length = Math.Min(KittyPiece, text.Length - at);
            var isLast = at + length == text.Length;
            written.Append(Escape).Append("_G").Append(at == 0 ? "a=T,f=100," : "").Append(isLast ? "m=0;" : "m=1;").Append(text, at, length).Append(Escape).Append('\\');
        }

        return written.Append('\n').ToString();
    }
}
