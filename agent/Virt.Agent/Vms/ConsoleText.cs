using System;
using System.Linq;
using System.Text;

namespace Virt.Agent.Vms;

/// <summary>What a terminal would show of what was written to it, as far as a sentence can quote it. Source: ECMA-48.</summary>
internal static class ConsoleText
{
    private const int MostCharacters = 200;
    private const char Escape = '\u001b';
    private const char Bell = '\u0007';

    /// <summary>The last line that has a word in it, which a prompt or a cleared screen has not; without colours and what else moves a terminal. Empty where there is none.</summary>
    public static string LastLineOf(string text) =>
        WithoutSequences(text)
            .Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => new string([.. line.Where(static c => !char.IsControl(c) && c != '\ufffd')]).Trim())
            .Where(static line => line.Any(char.IsLetterOrDigit))
            .Select(static line => line[..Math.Min(line.Length, MostCharacters)])
            .LastOrDefault("");

    private static string WithoutSequences(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == Escape)
            {
                at = EndOf(text, at + 1);
            }
            else
            {
                plain.Append(text[at]);
            }
        }

        return plain.ToString();
    }

    // Where the last character of the sequence stands, of which this is the second.
    private static int EndOf(string text, int at)
    {
        switch (at < text.Length ? text[at] : ' ')
        {
            case '[':
                return Skip(text, at + 1, static c => c is >= ' ' and <= '?');
            case ']' or 'P' or 'X' or '^' or '_':
                var end = Skip(text, at + 1, static c => c is not (Bell or Escape or '\n'));
                return end < text.Length && text[end] == Escape ? end + 1 : end;
            default:
                return Skip(text, at, static c => c is >= ' ' and <= '/');
        }
    }

    private static int Skip(string text, int at, Func<char, bool> isOfIt)
    {
        while (at < text.Length && isOfIt(text[at]))
        {
            at++;
        }

        return at;
    }
}
