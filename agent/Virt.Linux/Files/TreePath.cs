using System;
using System.Collections.Generic;

namespace Virt.Linux.Files;

/// <summary>A name in an archive as a path below the folder that it is unpacked into.</summary>
public static class TreePath
{
    /// <summary>
    /// Takes leading slashes, empty parts and <c>.</c> out, and resolves <c>..</c> by the letters of the name, not by what is on the disk.
    /// </summary>
    /// <param name="name">The name, any bytes.</param>
    /// <returns>The path; empty: the folder itself. Null where the name leads above the folder, or has a zero in it.</returns>
    public static byte[]? Clean(ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)0))
        {
            return null;
        }

        var parts = new List<(int Start, int Length)>();
        for (var at = 0; at <= name.Length;)
        {
            var slash = name[at..].IndexOf((byte)'/');
            var end = slash < 0 ? name.Length : at + slash;
            var part = name[at..end];
            if (part.SequenceEqual(".."u8))
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part.Length > 0 && !part.SequenceEqual("."u8))
            {
                parts.Add((at, part.Length));
            }

            at = end + 1;
        }

        var path = new List<byte>(name.Length);
        foreach (var (start, length) in parts)
        {
            if (path.Count > 0)
            {
                path.Add((byte)'/');
            }

            path.AddRange(name.Slice(start, length));
        }

        return [.. path];
    }
}
