using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Tar;

/// <summary>
/// Reads an archive from its beginning to its end: ustar, pax, GNU tar and star, as whatever has made it wrote it. Names, links and extended attributes are bytes and stay what they are.
/// </summary>
/// <remarks>POSIX.1-2001, pax; the GNU tar manual, "Basic Tar Format" and "Storing Sparse Files". System.Formats.Tar makes text of what is none, and knows no sparse files.</remarks>
/// <param name="input">The archive; the caller's. It should be buffered: blocks are read one by one.</param>
public sealed class TarReader(Stream input)
{
    private const int LongestText = 1 << 20;
    private const long HighestId = uint.MaxValue;

    private readonly byte[] block = new byte[TarHeader.Length];
    private long left;
    private int padding;

    /// <summary>Goes on to the next entry; what was not read of the one before is passed over.</summary>
    /// <returns>Null at the archive's end.</returns>
    /// <exception cref="InvalidDataException">It is no archive, or one that is damaged; the message is the cause.</exception>
    /// <exception cref="EndOfStreamException">It ends in the middle.</exception>
    public TarEntry? Next()
    {
        Skip(left);

        // umoci 0.4 ends an archive with its last file's last byte, and whoever reads with Go's archive/tar, as Docker and podman do, takes that for the end.
        var isEnd = input.ReadAtLeast(block.AsSpan(0, padding), padding, throwOnEndOfStream: false) < padding;
        left = padding = 0;
        if (isEnd)
        {
            return null;
        }

        var pax = new PaxRecords();
        byte[]? longName = null, longTarget = null;
        while (ReadHeader())
        {
            var header = new TarHeader(block);
            switch (header.Type)
            {
                case 'x' or 'X':
                    pax.Read(ReadText(header.Size));
                    break;
                case 'L':
                    longName = TrimEnd(ReadText(header.Size));
                    break;
                case 'K':
                    longTarget = TrimEnd(ReadText(header.Size));
                    break;
                case 'g' or 'V' or 'N':
                    // What holds for a whole archive (git writes a comment there), a label, and names that GNU tar gave up in 1994.
                    Skip(Padded(header.Size));
                    break;
                default:
                    return Entry(header, pax, longName, longTarget);
            }
        }

        return null;
    }

    /// <summary>Reads what the archive has of the entry's content: all of a file, or the parts of a sparse one after each other.</summary>
    /// <returns>How many bytes; 0 at the content's end.</returns>
    /// <exception cref="EndOfStreamException">The archive ends before.</exception>
    public int Read(Span<byte> buffer)
    {
        if (left == 0 || buffer.Length == 0)
        {
            return 0;
        }

        var count = input.Read(buffer[..(int)Math.Min(left, buffer.Length)]);
        if (count == 0)
        {
            throw new EndOfStreamException("it ends in the middle of a file");
        }

        left -= count;
        return count;
    }

    private TarEntry Entry(TarHeader header, PaxRecords pax, byte[]? longName, byte[]? longTarget)
    {
        var name = pax.Name ?? longName ?? header.Name();
        var kind = KindOf(header.Type, name);
        var stored = kind == TarKind.File ? pax.Size ?? header.Size : 0;
        if (stored < 0)
        {
            throw new InvalidDataException("a header's size is negative");
        }

        var (size, extents) = (stored, (IReadOnlyList<TarExtent>?)null);
        var attributes = AttributesOf(header, pax);
        var target = pax.Target ?? longTarget ?? header.LinkName.ToArray();
        var isDevice = kind is TarKind.CharacterDevice or TarKind.BlockDevice && header.HasDeviceNumbers;
        var (major, minor) = isDevice ? ((uint)header.DeviceMajor, (uint)header.DeviceMinor) : (0u, 0u);
        left = stored;
        padding = (int)(-stored & (TarHeader.Length - 1));
        if (kind == TarKind.File)
        {
            if (header.Type == 'S')
            {
                (size, extents) = (header.RealSize, OldMap(header));
            }
            else if (pax.IsMapInData)
            {
                (size, extents) = (pax.RealSize ?? stored, MapInData());
            }
            else if (pax.Map is { } map)
            {
                (size, extents) = (pax.RealSize ?? stored, map);
            }

            Check(size, extents);
        }

        return new TarEntry { Name = name, Kind = kind, Target = target, Size = size, Extents = extents, DeviceMajor = major, DeviceMinor = minor, Attributes = attributes };
    }

    private static TarKind KindOf(char type, byte[] name) => type switch
    {
        // Before ustar a folder was a file whose name ends so.
        '\0' or '0' or '7' when name.Length > 0 && name[^1] == '/' => TarKind.Folder,
        '\0' or '0' or '7' or 'S' => TarKind.File,
        '1' => TarKind.HardLink,
        '2' => TarKind.Link,
        '3' => TarKind.CharacterDevice,
        '4' => TarKind.BlockDevice,
        '5' => TarKind.Folder,
        '6' => TarKind.Pipe,
        _ => throw new InvalidDataException($"it has an entry of the unknown type {(int)type}"),
    };

    private static TreeAttributes AttributesOf(TarHeader header, PaxRecords pax)
    {
        var (seconds, nanoseconds) = pax.Modified ?? (header.Modified, 0);
        return new TreeAttributes
        {
            Mode = (uint)header.Mode & 0xFFF,
            UserId = Id(pax.UserId ?? header.UserId),
            GroupId = Id(pax.GroupId ?? header.GroupId),
            ModifiedSeconds = seconds,
            ModifiedNanoseconds = nanoseconds,
            Extended = pax.Attributes,
        };
    }

    private static uint Id(long value) => value is >= 0 and < HighestId ? (uint)value : throw new InvalidDataException($"it has an entry of the owner {value}");

    private List<TarExtent> OldMap(TarHeader header)
    {
        var extents = new List<TarExtent>();
        Add(header, 386, 4, extents);
        for (var isExtended = header.IsExtended; isExtended; isExtended = block[504] != 0)
        {
            ReadExactly(block);
            Add(new TarHeader(block), 0, 21, extents);
        }

        return extents;
    }

    private static void Add(TarHeader header, int at, int count, List<TarExtent> extents)
    {
        for (var i = 0; i < count && header.Extent(at, i) is { } extent; i++)
        {
            extents.Add(extent);
        }

        if (extents.Count > PaxRecords.MostExtents)
        {
            throw new InvalidDataException("a sparse file's map is damaged");
        }
    }

    // GNU.sparse 1.0: lines of one number each, the count first, filled up to a block.
    private IReadOnlyList<TarExtent> MapInData()
    {
        var before = left;
        var numbers = new List<long>();
        long? wanted = null;
        var line = new StringBuilder();
        while (wanted is null || numbers.Count < 2 * wanted)
        {
            if (left < TarHeader.Length)
            {
                throw new InvalidDataException("a sparse file's map is damaged");
            }

            ReadExactly(block);
            left -= TarHeader.Length;
            foreach (var one in block)
            {
                if (wanted is not null && numbers.Count == 2 * wanted)
                {
                    break;
                }

                if (one != '\n')
                {
                    line.Append((char)one);
                    continue;
                }

                var number = long.TryParse(line.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : throw new InvalidDataException("a sparse file's map is damaged");
                line.Clear();
                if (wanted is null)
                {
                    wanted = number <= before ? number : throw new InvalidDataException("a sparse file's map is damaged");
                }
                else
                {
                    numbers.Add(number);
                }
            }
        }

        return PaxRecords.Extents(numbers);
    }

    // The parts lie one after another within the file, and the archive has exactly their bytes.
    private void Check(long size, IReadOnlyList<TarExtent>? extents)
    {
        if (extents is null)
        {
            return;
        }

        long end = 0, data = 0;
        foreach (var (offset, length) in extents)
        {
            if (offset < end || length < 0 || offset > size || length > size - offset)
            {
                throw new InvalidDataException("a sparse file's map is damaged");
            }

            end = offset + length;
            data += length;
        }

        if (data != left)
        {
            throw new InvalidDataException("a sparse file's map does not fit its data");
        }
    }

    // Two blocks of zeros end an archive; so does, less tidily, the stream.
    private bool ReadHeader()
    {
        if (!TryRead(block))
        {
            return false;
        }

        var header = new TarHeader(block);
        if (header.IsZero)
        {
            return TryRead(block) && !new TarHeader(block).IsZero ? throw new InvalidDataException("something follows its end") : false;
        }

        return header.IsSumRight() ? true : throw new InvalidDataException("a header's sum is wrong");
    }

    private byte[] ReadText(long size)
    {
        if (size is < 0 or > LongestText)
        {
            throw new InvalidDataException($"a header of {size} bytes is too long");
        }

        var text = new byte[size];
        ReadExactly(text);
        Skip(Padded(size) - size);
        return text;
    }

    private static byte[] TrimEnd(byte[] text) => text.AsSpan().IndexOf((byte)0) is >= 0 and var end ? text[..end] : text;

    private static long Padded(long size) => size < 0 ? throw new InvalidDataException("a header's size is negative") : (size + TarHeader.Length - 1) & -TarHeader.Length;

    private void Skip(long count)
    {
        var buffer = count == 0 ? [] : new byte[Math.Min(count, 64 * 1024)];
        while (count > 0)
        {
            var read = input.Read(buffer.AsSpan(0, (int)Math.Min(count, buffer.Length)));
            count -= read > 0 ? read : throw new EndOfStreamException("it ends in the middle of a file");
        }
    }

    private void ReadExactly(Span<byte> buffer)
    {
        if (!TryRead(buffer))
        {
            throw new EndOfStreamException("it ends in the middle of a header");
        }
    }

    private bool TryRead(Span<byte> buffer)
    {
        var count = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return count == buffer.Length || (count == 0 ? false : throw new EndOfStreamException("it ends in the middle of a header"));
    }
}
