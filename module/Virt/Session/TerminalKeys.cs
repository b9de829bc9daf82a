using System;
using System.Text;

namespace Virt.Session;

/// <summary>What a terminal sends for a key (xterm's control sequences, invisible-island.net/xterm/ctlseqs).</summary>
internal static class TerminalKeys
{
    /// <summary>The bytes of a key; none for one that sends nothing.</summary>
    public static byte[] ToBytes(ConsoleKeyInfo key)
    {
        var sequence = key.Key switch
        {
            ConsoleKey.UpArrow => "\u001b[A",
            ConsoleKey.DownArrow => "\u001b[B",
            ConsoleKey.RightArrow => "\u001b[C",
            ConsoleKey.LeftArrow => "\u001b[D",
            ConsoleKey.Home => "\u001b[H",
            ConsoleKey.End => "\u001b[F",
            ConsoleKey.Insert => "\u001b[2~",
            ConsoleKey.Delete => "\u001b[3~",
            ConsoleKey.PageUp => "\u001b[5~",
            ConsoleKey.PageDown => "\u001b[6~",
            ConsoleKey.F1 => "\u001bOP",
            ConsoleKey.F2 => "\u001bOQ",
            ConsoleKey.F3 => "\u001bOR",
            ConsoleKey.F4 => "\u001bOS",
            ConsoleKey.F5 => "\u001b[15~",
            ConsoleKey.F6 => "\u001b[17~",
            ConsoleKey.F7 => "\u001b[18~",
            ConsoleKey.F8 => "\u001b[19~",
            ConsoleKey.F9 => "\u001b[20~",
            ConsoleKey.F10 => "\u001b[21~",
            ConsoleKey.F11 => "\u001b[23~",
            ConsoleKey.F12 => "\u001b[24~",
            ConsoleKey.Backspace => "\u007f",
            ConsoleKey.Enter => "\r",
            ConsoleKey.Tab when key.Modifiers.HasFlag(ConsoleModifiers.Shift) => "\u001b[Z",
            _ => Character(key),
        };
        return Encoding.UTF8.GetBytes(sequence);
    }

    private static string Character(ConsoleKeyInfo key)
    {
        if (key.KeyChar == '\0')
        {
            return key.Modifiers.HasFlag(ConsoleModifiers.Control) && key.Key == ConsoleKey.Spacebar ? "\0" : "";
        }

        return key.Modifiers.HasFlag(ConsoleModifiers.Alt) ? "\u001b" + key.KeyChar : key.KeyChar.ToString();
    }
}
