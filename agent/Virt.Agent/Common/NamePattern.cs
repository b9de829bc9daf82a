using System;

namespace Virt.Agent.Common;

/// <summary>Matches names as PowerShell's wildcards do: * ? [abc] [a-z], a backtick before a literal, case-insensitive. Source: about_Wildcards.</summary>
public static class NamePattern
{
    /// <summary>True where the text has a wildcard and so may match nothing without that being an error.</summary>
    public static bool IsPattern(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '`':
                    i++;
                    break;
                case '*' or '?' or '[':
                    return true;
            }
        }

        return false;
    }

    /// <summary>True where the name matches.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        while (pattern.Length > 0)
        {
            switch (pattern[0])
            {
                case '*':
                    for (var skip = 0; skip <= name.Length; skip++)
                    {
                        if (Matches(pattern[1..], name[skip..]))
                        {
                            return true;
                        }
                    }

                    return false;
                case '?' when name.Length > 0:
                    break;
                case '[' when name.Length > 0 && pattern.IndexOf(']') is > 0 and var close:
                    if (!InSet(pattern[1..close], name[0]))
                    {
                        return false;
                    }

                    pattern = pattern[close..];
                    break;
                default:
                    if (pattern[0] == '`' && pattern.Length > 1)
                    {
                        pattern = pattern[1..];
                    }

                    if (name.Length == 0 || !Same(pattern[0], name[0]))
                    {
                        return false;
                    }

                    break;
            }

            pattern = pattern[1..];
            name = name[1..];
        }

        return name.Length == 0;
    }

    private static bool InSet(ReadOnlySpan<char> set, char c)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                if (char.ToUpperInvariant(c) >= char.ToUpperInvariant(set[i]) && char.ToUpperInvariant(c) <= char.ToUpperInvariant(set[i + 2]))
                {
                    return true;
                }

                i += 2;
            }
            else if (Same(set[i], c))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
