using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Virt.Tests.Images.Tar;

/// <summary>Writes archives as nobody well-meaning would: every field as the test wants it.</summary>
internal sealed class TarBuilder
{
    private readonly MemoryStream stream = new();

    public TarBuilder File(string name, string content, uint mode = 0x1A4, byte[]? nameBytes = null) => Entry('0', nameBytes ?? Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(content), mode: mode);

    public TarBuilder Folder(string name, uint mode = 0x1ED) => Entry('5', Encoding.UTF8.GetBytes(name), mode: mode);

    public TarBuilder Link(string name, string target) => Entry('2', Encoding.UTF8.GetBytes(name), link: target, mode: 0x1FF);

    public TarBuilder HardLink(string name, string target) => Entry('1', Encoding.UTF8.GetBytes(name), link: target);

    public TarBuilder Device(string name, char type, int major, int minor) => Entry(type, Encoding.UTF8.GetBytes(name), major: major, minor: minor);

    public TarBuilder Pax(params (string Key, byte[] Value)[] records)
    {
        var text = new List<byte>();
        foreach (var (key, value) in records)
        {
            // The length counts itself.
            var rest = 1 + Encoding.UTF8.GetByteCount(key) + 1 + value.Length + 1;
            var length = rest + 1;
            while (length != rest + length.ToString().Length)
            {
                length = rest + length.ToString().Length;
            }

            text.AddRange([.. Encoding.UTF8.GetBytes($"{length} {key}="), .. value, (byte)'\n']);
        }

        return Entry('x', "PaxHeaders/0"u8.ToArray(), [.. text]);
    }

    public TarBuilder Pax(params (string Key, string Value)[] records) => Pax([.. records.Select(static r => (r.Key, Encoding.UTF8.GetBytes(r.Value)))]);

    public TarBuilder Entry(char type, byte[] name, byte[]? content = null, string link = "", uint mode = 0x1A4, int major = 0, int minor = 0, Action<byte[]>? change = null, bool ustar = true, long? size = null)
    {
        content ??= [];
        var header = new byte[512];
        name.AsSpan(0, Math.Min(100, name.Length)).CopyTo(header);
        Octal(header, 100, 8, mode);
        Octal(header, 108, 8, 0);
        Octal(header, 116, 8, 0);
        Octal(header, 124, 12, size ?? content.Length);
        Octal(header, 136, 12, 1_600_000_000);
        header[156] = (byte)type;
        Encoding.UTF8.GetBytes(link).AsSpan(0, Math.Min(100, link.Length)).CopyTo(header.AsSpan(157));
        if (ustar)
        {
            "ustar\000"u8.CopyTo(header.AsSpan(257));
            Octal(header, 329, 8, major);
            Octal(header, 337, 8, minor);
        }

        change?.Invoke(header);
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header, 148, 7, header.Sum(static b => (long)b));
        stream.Write(header);
        stream.Write(content);
        stream.Write(new byte[-content.Length & 511]);
        return this;
    }

    public TarBuilder Raw(byte[] bytes)
    {
        stream.Write(bytes);
        return this;
    }

    public byte[] Bytes() => [.. stream.ToArray(), .. new byte[1024]];

    public Stream Stream() => new MemoryStream(Bytes());

    public static void Octal(byte[] header, int at, int length, long value) => Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(length - 1, '0')).CopyTo(header, at);
}
