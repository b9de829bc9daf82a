using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>What people call keys, as QEMU's QKeyCode has them (QAPI: ui.json); and what of a keyboard of the United States makes a character.</summary>
internal static class KeyNames
{
    private static readonly Dictionary<string, string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        ["enter"] = "ret",
        ["return"] = "ret",
        ["escape"] = "esc",
        ["space"] = "spc",
        ["del"] = "delete",
        ["ins"] = "insert",
        ["pageup"] = "pgup",
        ["pagedown"] = "pgdn",
        ["control"] = "ctrl",
        ["win"] = "meta_l",
        ["windows"] = "meta_l",
        ["super"] = "meta_l",
        ["altgr"] = "alt_r",
        ["printscreen"] = "print",
        ["capslock"] = "caps_lock",
        ["numlock"] = "num_lock",
        ["scrolllock"] = "scroll_lock",
        ["bksp"] = "backspace",
    };

    private static readonly HashSet<string> Codes = new(
        [
            "shift", "shift_r", "alt", "alt_r", "ctrl", "ctrl_r", "menu", "esc", "minus", "equal", "backspace", "tab", "bracket_left", "bracket_right", "ret", "semicolon", "apostrophe",
            "grave_accent", "backslash", "comma", "dot", "slash", "spc", "caps_lock", "num_lock", "scroll_lock", "sysrq", "print", "home", "pgup", "pgdn", "end", "left", "up", "down", "right",
            "insert", "delete", "pause", "meta_l", "meta_r", "less", "kp_enter", "kp_add", "kp_subtract", "kp_multiply", "kp_divide", "kp_decimal",
            .. Enumerable.Range(1, 12).Select(static n => FormattableString.Invariant($"f{n}")),
            .. Enumerable.Range(0, 10).Select(static n => FormattableString.Invariant($"kp_{n}")),
            .. Enumerable.Range(0, 10).Select(static n => FormattableString.Invariant($"{n}")),
            .. Enumerable.Range('a', 26).Select(static n => $"{(char)n}"),
        ],
        StringComparer.OrdinalIgnoreCase);

    // A key's code, what it makes alone, and what it makes with Shift.
    private static readonly (string Code, char Plain, char Shifted)[] Signs =
    [
        ("grave_accent", '`', '~'), ("1", '1', '!'), ("2", '2', '@'), ("3", '3', '#'), ("4", '4', '$'), ("5", '5', '%'), ("6", '6', '^'), ("7", '7', '&'), ("8", '8', '*'), ("9", '9', '('),
        ("0", '0', ')'), ("minus", '-', '_'), ("equal", '=', '+'), ("bracket_left", '[', '{'), ("bracket_right", ']', '}'), ("backslash", '\\', '|'), ("semicolon", ';', ':'),
        ("apostrophe", '\'', '"'), ("comma", ',', '<'), ("dot", '.', '>'), ("slash", '/', '?'), ("spc", ' ', ' '), ("tab", '\t', '\t'), ("ret", '\n', '\n'),
    ];

    /// <summary>The codes of keys that are pressed together; null where one is no key.</summary>
    public static string[]? Together(string keys)
    {
        var codes = new List<string>();
        foreach (var name in keys.Split('-', StringSplitOptions.TrimEntries))
        {
            if (!Others.TryGetValue(name, out var code))
            {
                code = Codes.Contains(name) ? name.ToLowerInvariant() : null;
            }

            if (code is null)
            {
                return null;
            }

            codes.Add(code);
        }

        return [.. codes];
    }

    /// <summary>The codes of the keys that type a character; null where none do.</summary>
    public static string[]? Of(char character)
    {
        if (char.IsAsciiLetter(character))
        {
            var code = $"{char.ToLowerInvariant(character)}";
            return char.IsAsciiLetterUpper(character) ? ["shift", code] : [code];
        }

        foreach (var (code, plain, shifted) in Signs)
        {
            if (plain == character)
            {
                return [code];
            }

            if (shifted == character)
            {
                return ["shift", code];
            }
        }

        return null;
    }
}
