using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace Virt.Agent.Images.Tar;

/// <summary>What a pax header says of the entry that follows: POSIX.1-2001, pax, and what GNU tar, star and libarchive add.</summary>
internal sealed class PaxRecords
{
    /// <summary>How many parts a sparse file may have.</summary>
    public const int MostExtents = 1 << 20;

    private const string XattrPrefix = "SCHILY.xattr.";

    private readonly Dictionary<string, byte[]> records = new(StringComparer.Ordinal);
    private readonly List<(string Name, ReadOnlyMemory<byte> Value)> attributes = [];
    private readonly List<long> sparse = [];

    /// <summary>Extended attributes, with their bytes as they are.</summary>
    public IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> Attributes => attributes;

    public byte[]? Name => records.GetValueOrDefault("GNU.sparse.name") ?? records.GetValueOrDefault("path");

    public byte[]? Target => records.GetValueOrDefault("linkpath");

    public long? Size => Number("size");

    public long? UserId => Number("uid");

    public long? GroupId => Number("gid");

    /// <summary>A sparse file's length with its holes.</summary>
    public long? RealSize => Number("GNU.sparse.realsize") ?? Number("GNU.sparse.size");

    /// <summary>The map of a sparse file stands before its data (GNU.sparse 1.0).</summary>
    public bool IsMapInData => Number("GNU.sparse.major") == 1;

    /// <summary>Seconds and the fraction, in nanoseconds.</summary>
    public (long Seconds, int Nanoseconds)? Modified => records.TryGetValue("mtime", out var value) ? Time(Encoding.ASCII.GetString(value)) : null;

    /// <summary>The map of a sparse file (GNU.sparse 0.0 and 0.1); null where it is none of them.</summary>
    public IReadOnlyList<TarExtent>? Map =>
        records.TryGetValue("GNU.sparse.map", out var map) ? Extents([.. Encoding.ASCII.GetString(map).Split(',').Select(Parse)])
        : sparse.Count > 0 || records.ContainsKey("GNU.sparse.numblocks") ? Extents(sparse)
        : null;

    /// <summary>Reads <c>LENGTH KEY=VALUE\n</c> one after another. Values may hold any bytes; an empty one takes the key back.</summary>
    /// <exception cref="InvalidDataException">It is no such text.</exception>
    public void Read(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            var blank = text.IndexOf((byte)' ');
            if (blank <= 0 || !int.TryParse(text[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= blank + 1 || length > text.Length || text[length - 1] != '\n')
            {
                throw new InvalidDataException("a pax header's record has a wrong length");
            }

            var record = text[(blank + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw new InvalidDataException("a pax header's record has no name");
            }

            Add(Encoding.UTF8.GetString(record[..equals]), record[(equals + 1)..].ToArray());
            text = text[length..];
        }
    }

    /// <summary>Makes a map of pairs of offset and length.</summary>
    /// <exception cref="InvalidDataException">The numbers are odd in count, or too many.</exception>
    public static IReadOnlyList<TarExtent> Extents(IReadOnlyList<long> numbers)
    {
        if (numbers.Count % 2 != 0 || numbers.Count > 2 * MostExtents)
        {
            throw new InvalidDataException("a sparse file's map is damaged");
        }

        return [.. Enumerable.Range(0, numbers.Count / 2).Select(i => new TarExtent(numbers[2 * i], numbers[(2 * i) + 1]))];
    }

    private void Add(string key, byte[] value)
    {
        if (key is "GNU.sparse.offset" or "GNU.sparse.numbytes")
        {
            sparse.Add(Parse(Encoding.ASCII.GetString(value)));
        }
        else if (key.StartsWith(XattrPrefix, StringComparison.Ordinal))
        {
            attributes.RemoveAll(one => one.Name == key[XattrPrefix.Length..]);
            attributes.Add((key[XattrPrefix.Length..], value));
        }
        else if (value.Length == 0)
        {
            records.Remove(key);
        }
        else
        {
            records[key] = value;
        }
    }

    private long? Number(string key) => records.TryGetValue(key, out var value) ? Parse(Encoding.ASCII.GetString(value)) : null;

    private static long Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidDataException($"a pax header has '{text}' where a number belongs");

    // Such as -1.5, which is half a second after -2.
    private static (long Seconds, int Nanoseconds) Time(string text)
    {
        var isNegative = text.StartsWith('-');
        var parts = (isNegative ? text[1..] : text).Split('.', 2);
        var seconds = Parse(parts[0]);
        var nanoseconds = parts.Length < 2 || parts[1].Length == 0 ? 0 : (int)Parse(parts[1].Length > 9 ? parts[1][..9] : parts[1].PadRight(9, '0'));
        return !isNegative ? (seconds, nanoseconds) : nanoseconds == 0 ? (-seconds, 0) : (-seconds - 1, 1_000_000_000 - nanoseconds);
    }
}
