using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace Virt.Agent.Images.Tar;

/// <summary>Writes an archive: ustar, with a pax header before an entry where that says too little. The same entries give the same bytes.</summary>
/// <remarks>POSIX.1-2001, pax, Interchange Format; the GNU tar manual, "Basic Tar Format" (GNUTYPE_LONGNAME, GNUTYPE_LONGLINK).</remarks>
/// <param name="output">Where it goes; the caller's.</param>
/// <param name="dialect">How long names are said.</param>
public sealed class TarWriter(Stream output, TarDialect dialect = TarDialect.Pax)
{
    private const int NameLength = 100;
    private const long LargestId = 0x1FFFFF; // 7 octal digits
    private const long LargestSize = 0x1FFFFFFFF; // 11 octal digits

    private long left;
    private long padding;

    /// <summary>Begins an entry; <see cref="Write"/> must follow with as many bytes as it has.</summary>
    public void Begin(TarEntry entry)
    {
        var attributes = entry.Attributes;
        var pax = new List<byte>();
        if (dialect == TarDialect.Gnu)
        {
            AddLong('K', entry.Target);
            AddLong('L', entry.Name);
        }
        else
        {
            AddIf(pax, entry.Name.Length > NameLength, "path", entry.Name);
            AddIf(pax, entry.Target.Length > NameLength, "linkpath", entry.Target);
        }

        AddIf(pax, entry.Size > LargestSize, "size", Number(entry.Size));
        AddIf(pax, attributes.UserId > LargestId, "uid", Number(attributes.UserId));
        AddIf(pax, attributes.GroupId > LargestId, "gid", Number(attributes.GroupId));
        AddIf(pax, attributes.ModifiedSeconds is < 0 or > LargestSize, "mtime", Number(attributes.ModifiedSeconds));
        foreach (var (name, value) in attributes.Extended)
        {
            AddIf(pax, true, "SCHILY.xattr." + name, value.Span);
        }

        if (pax.Count > 0)
        {
            Header("PaxHeaders.0/entry"u8, 'x', pax.Count, 0x1A4, 0, 0, 0, [], 0, 0);
            output.Write([.. pax]);
            Pad(pax.Count);
        }

        left = entry.Kind == TarKind.File ? entry.Size : 0;
        Header(
            entry.Name, TypeOf(entry.Kind), left > LargestSize ? 0 : left, attributes.Mode, Clamp(attributes.UserId), Clamp(attributes.GroupId),
            attributes.ModifiedSeconds is < 0 or > LargestSize ? 0 : attributes.ModifiedSeconds, entry.Target, entry.DeviceMajor, entry.DeviceMinor);
        padding = left;
    }

    /// <summary>Adds content to the entry that was begun.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > left)
        {
            throw new InvalidOperationException("More content than the entry has.");
        }

        output.Write(bytes);
        left -= bytes.Length;
        if (left == 0)
        {
            Pad(padding);
        }
    }

    /// <summary>Adds a file with its content.</summary>
    public void Add(TarEntry entry, ReadOnlySpan<byte> content)
    {
        Begin(entry);
        if (content.Length > 0)
        {
            Write(content);
        }
    }

    /// <summary>Writes what ends an archive.</summary>
    public void Finish() => output.Write(new byte[2 * TarHeader.Length]);

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private static uint Clamp(uint id) => id > LargestId ? 0 : id;

    private static char TypeOf(TarKind kind) => kind switch
    {
        TarKind.File => '0',
        TarKind.HardLink => '1',
        TarKind.Link => '2',
        TarKind.CharacterDevice => '3',
        TarKind.BlockDevice => '4',
        TarKind.Folder => '5',
        _ => '6',
    };

    // The length counts its own digits.
    private static void AddIf(List<byte> pax, bool condition, string key, ReadOnlySpan<byte> value)
    {
        if (!condition)
        {
            return;
        }

        var rest = 3 + Encoding.UTF8.GetByteCount(key) + value.Length;
        var length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        }

        pax.AddRange(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{length} {key}=")));
        pax.AddRange(value);
        pax.Add((byte)'\n');
    }

    private void AddLong(char type, byte[] text)
    {
        if (text.Length > NameLength)
        {
            Header("././@LongLink"u8, type, text.Length + 1, 0, 0, 0, 0, [], 0, 0);
            output.Write([.. text, 0]);
            Pad(text.Length + 1);
        }
    }

    private void Header(ReadOnlySpan<byte> name, char type, long size, uint mode, uint uid, uint gid, long modified, ReadOnlySpan<byte> target, uint major, uint minor)
    {
        var block = new byte[TarHeader.Length];
        name[..Math.Min(NameLength, name.Length)].CopyTo(block);
        Octal(block, 100, 8, mode & 0xFFF);
        Octal(block, 108, 8, uid);
        Octal(block, 116, 8, gid);
        Octal(block, 124, 12, size);
        Octal(block, 136, 12, modified);
        block[156] = (byte)type;
        target[..Math.Min(NameLength, target.Length)].CopyTo(block.AsSpan(157));
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        Octal(block, 329, 8, major);
        Octal(block, 337, 8, minor);
        block.AsSpan(148, 8).Fill((byte)' ');
        long sum = 0;
        foreach (var one in block)
        {
            sum += one;
        }

        Octal(block, 148, 7, sum);
        output.Write(block);
    }

    private static void Octal(byte[] block, int at, int length, long value)
    {
        for (var i = at + length - 2; i >= at; i--)
        {
            block[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        block[at + length - 1] = 0;
    }

    private void Pad(long length) => output.Write(new byte[(int)(-length & (TarHeader.Length - 1))]);
}
