using System;
using System.Collections.Generic;
using Terminal = System.Console;

namespace Virt.Shell.Console;

/// <summary>Finds what a line can go on with.</summary>
/// <param name="line">The line.</param>
/// <param name="cursor">Where the cursor stands.</param>
/// <param name="start">Where what is completed begins.</param>
/// <param name="length">How long that is.</param>
internal delegate string[] CompleteLine(string line, int cursor, out int start, out int length);

/// <summary>Reads a line with editing, history and completion; from a pipe just a line.</summary>
internal sealed class LineReader(CompleteLine complete)
{
    private readonly List<string> history = [];

    /// <summary>Reads a line; null at the end of the input.</summary>
    public string? Read(string prompt)
    {
        if (Terminal.IsInputRedirected)
        {
            return Terminal.ReadLine();
        }

        var line = new EditLine(prompt);
        var recalled = history.Count;
        Terminal.TreatControlCAsInput = true;
        try
        {
            line.Draw();
            while (true)
            {
                var key = Terminal.ReadKey(intercept: true);
                switch (Meaning(key))
                {
                    case "enter":
                        line.Leave();
                        Remember(line.Text);
                        return line.Text;
                    case "cancel":
                        line.Leave();
                        return "";
                    case "end of input" when line.Text.Length == 0:
                        line.Leave();
                        return null;
                    case "tab":
                        CompleteAt(line);
                        break;
                    case "older" when recalled > 0:
                        line.Replace(history[--recalled]);
                        break;
                    case "newer" when recalled < history.Count:
                        line.Replace(++recalled < history.Count ? history[recalled] : "");
                        break;
                    case "clear":
                        Terminal.Write("\u001b[2J\u001b[H");
                        line.Forget();
                        break;
                    default:
                        line.Apply(key);
                        break;
                }

                line.Draw();
            }
        }
        finally
        {
            Terminal.TreatControlCAsInput = false;
        }
    }

    private static string Meaning(ConsoleKeyInfo key) => (key.Key, key.Modifiers & ConsoleModifiers.Control) switch
    {
        (ConsoleKey.Enter, _) => "enter",
        (ConsoleKey.Tab, _) => "tab",
        (ConsoleKey.UpArrow, _) or (ConsoleKey.P, ConsoleModifiers.Control) => "older",
        (ConsoleKey.DownArrow, _) or (ConsoleKey.N, ConsoleModifiers.Control) => "newer",
        (ConsoleKey.C, ConsoleModifiers.Control) => "cancel",
        (ConsoleKey.D, ConsoleModifiers.Control) => "end of input",
        (ConsoleKey.L, ConsoleModifiers.Control) => "clear",
        _ => "",
    };

    private void Remember(string line)
    {
        if (line.Trim().Length > 0 && (history.Count == 0 || history[^1] != line))
        {
            history.Add(line);
        }
    }

    // One match is put in; of several what they share, and then they are listed.
    private void CompleteAt(EditLine line)
    {
        var matches = complete(line.Text, line.Cursor, out var start, out var length);
        if (matches.Length == 0)
        {
            return;
        }

        var shared = Shared(matches);
        if (matches.Length == 1 || shared.Length > length)
        {
            line.Replace(start, length, shared);
            return;
        }

        line.Leave();
        Terminal.WriteLine(string.Join("  ", matches));
        line.Forget();
    }

    private static string Shared(string[] matches)
    {
        var shared = matches[0];
        foreach (var match in matches)
        {
            while (!match.StartsWith(shared, StringComparison.OrdinalIgnoreCase))
            {
                shared = shared[..^1];
            }
        }

        return shared;
    }
}
