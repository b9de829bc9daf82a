using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Virt.Agent.Vms.Seeds;

/// <summary>
/// Writes a small ISO 9660 image: files in its one folder, by their own names in Rock Ridge and in Joliet, since a system may know only one of them. Pure: the same files are the same bytes, so no time stands in it.
/// Sources: ECMA-119; the Joliet Specification; SUSP (IEEE P1281) and RRIP 1.10.
/// </summary>
internal static class IsoImage
{
    private const int Sector = 2048;
    private const int SystemArea = 16;
    private const int Primary = SystemArea;
    private const int Joliet = SystemArea + 1;
    private const int Terminator = SystemArea + 2;
    private const int PathTables = SystemArea + 3; // two of each: little and big endian
    private const int PrimaryFolder = PathTables + 4;
    private const int JolietFolder = PrimaryFolder + 1;
    private const int FirstFile = JolietFolder + 1;
    private const int PathTableBytes = 10;
    private const byte IsFolder = 2;

    private const uint FolderMode = 0x4000 | 0x16D; // 0555: read-only as the whole is
    private const uint FileMode = 0x8000 | 0x124; // 0444

    // Joliet, level 3: UCS-2.
    private static readonly byte[] JolietEscape = "%/E"u8.ToArray();
    private static readonly byte[] Self = [0];
    private static readonly byte[] Parent = [1];

    /// <summary>Writes the image.</summary>
    /// <param name="label">Its label, 16 characters at most.</param>
    /// <param name="files">Its files; few enough for one sector.</param>
    public static byte[] Of(string label, IReadOnlyList<(string Name, byte[] Bytes)> files)
    {
        var sorted = files.OrderBy(static file => file.Name, StringComparer.Ordinal).ToList();
        var places = new List<int>();
        var next = FirstFile;
        foreach (var (_, bytes) in sorted)
        {
            places.Add(next);
            next += (bytes.Length + Sector - 1) / Sector;
        }

        var image = new byte[next * Sector];
        WriteDescriptor(At(image, Primary), 1, Encoding.ASCII, label, next, PathTables, PrimaryFolder, []);
        WriteDescriptor(At(image, Joliet), 2, Encoding.BigEndianUnicode, label, next, PathTables + 2, JolietFolder, JolietEscape);
        WriteHead(At(image, Terminator), 255);
        WritePathTables(image, PathTables, PrimaryFolder);
        WritePathTables(image, PathTables + 2, JolietFolder);
        WriteFolder(At(image, PrimaryFolder), PrimaryFolder, sorted, places, isJoliet: false);
        WriteFolder(At(image, JolietFolder), JolietFolder, sorted, places, isJoliet: true);
        for (var i = 0; i < sorted.Count; i++)
        {
            sorted[i].Bytes.CopyTo(image, places[i] * Sector);
        }

        return image;
    }

    private static Span<byte> At(byte[] image, int sector) => image.AsSpan(sector * Sector, Sector);

    private static void WriteHead(Span<byte> at, byte type)
    {
        at[0] = type;
        "CD001"u8.CopyTo(at[1..]);
        at[6] = 1;
    }

    // ECMA-119, 8.4 and 8.5.
    private static void WriteDescriptor(Span<byte> at, byte type, Encoding text, string label, int sectors, int pathTable, int folder, byte[] escape)
    {
        WriteHead(at, type);
        Fill(at[8..40], text, "");
        Fill(at[40..72], text, label);
        Both32(at[80..], sectors);
        escape.CopyTo(at[88..]);
        Both16(at[120..], 1);
        Both16(at[124..], 1);
        Both16(at[128..], Sector);
        Both32(at[132..], PathTableBytes);
        BinaryPrimitives.WriteInt32LittleEndian(at[140..], pathTable);
        BinaryPrimitives.WriteInt32BigEndian(at[148..], pathTable + 1);
        WriteRecord(at[156..], Self, folder, Sector, IsFolder, []);
        Fill(at[190..318], text, ""); // the set, and who has made it of what: nobody need know
        Fill(at[318..446], text, "");
        Fill(at[446..574], text, "");
        Fill(at[574..702], text, "");
        Fill(at[702..739], text, "");
        Fill(at[739..776], text, "");
        Fill(at[776..813], text, "");
        foreach (var start in new[] { 813, 830, 847, 864 })
        {
            // A time that is not said: ECMA-119, 8.4.26.1.
            at.Slice(start, 16).Fill((byte)'0');
        }

        at[881] = 1;
    }

    private static void WritePathTables(byte[] image, int sector, int folder)
    {
        for (var i = 0; i < 2; i++)
        {
            var at = At(image, sector + i);
            at[0] = 1;
            if (i == 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(at[2..], folder);
                BinaryPrimitives.WriteInt16LittleEndian(at[6..], 1);
            }
            else
            {
                BinaryPrimitives.WriteInt32BigEndian(at[2..], folder);
                BinaryPrimitives.WriteInt16BigEndian(at[6..], 1);
            }
        }
    }

    private static void WriteFolder(Span<byte> at, int folder, List<(string Name, byte[] Bytes)> files, List<int> places, bool isJoliet)
    {
        // That Rock Ridge is used is said in the first record of the root.
        byte[] first = isJoliet ? [] : [(byte)'S', (byte)'P', 7, 1, 0xBE, 0xEF, 0, .. Mode(FolderMode, 2), .. Extension("RRIP_1991A"u8)];
        at = at[WriteRecord(at, Self, folder, Sector, IsFolder, first)..];
        at = at[WriteRecord(at, Parent, folder, Sector, IsFolder, isJoliet ? [] : Mode(FolderMode, 2))..];
        for (var i = 0; i < files.Count; i++)
        {
            var name = files[i].Name;
            var (written, more) = isJoliet ? (Encoding.BigEndianUnicode.GetBytes(name + ";1"), Array.Empty<byte>()) : (Encoding.ASCII.GetBytes(ShortName(name)), [.. Mode(FileMode, 1), .. LongName(name)]);
            at = at[WriteRecord(at, written, places[i], files[i].Bytes.Length, 0, more)..];
        }
    }

    // ECMA-119, 9.1.
    private static int WriteRecord(Span<byte> at, byte[] name, int sector, int bytes, byte flags, byte[] more)
    {
        var used = 33 + name.Length;
        used += used % 2;
        var length = used + more.Length;
        length += length % 2;
        at[0] = (byte)length;
        Both32(at[2..], sector);
        Both32(at[10..], bytes);
        (at[18], at[19], at[20]) = (80, 1, 1); // 1980: an instant that every system can say
        at[25] = flags;
        Both16(at[28..], 1);
        at[32] = (byte)name.Length;
        name.CopyTo(at[33..]);
        more.CopyTo(at[used..]);
        return length;
    }

    // RRIP: PX.
    private static byte[] Mode(uint mode, uint links)
    {
        var entry = new byte[36];
        (entry[0], entry[1], entry[2], entry[3]) = ((byte)'P', (byte)'X', (byte)entry.Length, 1);
        Both32(entry.AsSpan(4), (int)mode);
        Both32(entry.AsSpan(12), (int)links);
        return entry;
    }

    // RRIP: NM.
    private static byte[] LongName(string name) => [(byte)'N', (byte)'M', (byte)(5 + name.Length), 1, 0, .. Encoding.ASCII.GetBytes(name)];

    // SUSP: ER.
    private static byte[] Extension(ReadOnlySpan<byte> name) => [(byte)'E', (byte)'R', (byte)(8 + name.Length), 1, (byte)name.Length, 0, 0, 1, .. name];

    // What a reader that knows neither sees: eight letters, digits and underscores.
    private static string ShortName(string name) =>
        string.Concat(name.Take(8).Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_')) + ".;1";

    private static void Fill(Span<byte> at, Encoding text, string value)
    {
        var width = text.GetByteCount(" ");
        text.GetBytes(value.PadRight(at.Length / width).AsSpan(0, at.Length / width), at);
    }

    private static void Both16(Span<byte> at, short value)
    {
        BinaryPrimitives.WriteInt16LittleEndian(at, value);
        BinaryPrimitives.WriteInt16BigEndian(at[2..], value);
    }

    private static void Both32(Span<byte> at, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(at, value);
        BinaryPrimitives.WriteInt32BigEndian(at[4..], value);
    }
}
