using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Virt.Agent.Images.Tar;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Some files of a folder as an archive of tar: what goes through the standard input or output of a guest's command at once.</summary>
internal sealed class GuestArchive
{
    /// <summary>How many bytes it has at least before it goes: a guest agent holds a message whole.</summary>
    public const int FullBytes = 512 << 10;

    /// <summary>A file of more bytes goes by itself.</summary>
    public const int SmallBytes = 128 << 10;

    private readonly MemoryStream bytes = new();

    /// <summary>True where nothing is in it.</summary>
    public bool IsEmpty => bytes.Length == 0;

    /// <summary>True where it has to go.</summary>
    public bool IsFull => bytes.Length >= FullBytes;

    /// <summary>Adds one.</summary>
    /// <param name="part">What it is.</param>
    /// <param name="path">Its name in the archive.</param>
    /// <param name="content">Of a file: its bytes.</param>
    public void Add(FilePart part, string path, ReadOnlySpan<byte> content) => new TarWriter(bytes, TarDialect.Gnu).Add(
        new TarEntry
        {
            Name = Encoding.UTF8.GetBytes(path),
            Kind = part.Kind switch { FileKind.Folder => TarKind.Folder, FileKind.Link => TarKind.Link, _ => TarKind.File },
            Target = Encoding.UTF8.GetBytes(part.Target),
            Size = content.Length,
            Attributes = new TreeAttributes { Mode = (uint)part.Mode & GuestFile.Permissions, ModifiedSeconds = Math.Max(0, part.ModifiedTime.ToUnixTimeSeconds()) },
        },
        content);

    /// <summary>All of it, after which it is empty.</summary>
    public byte[] Take()
    {
        new TarWriter(bytes).Finish();
        var all = bytes.ToArray();
        bytes.SetLength(0);
        return all;
    }

    /// <summary>Reads what a guest's tar has written. Of several names of one file each gets the content.</summary>
    /// <exception cref="InvalidDataException">It is no archive.</exception>
    /// <exception cref="EndOfStreamException">It ends in the middle.</exception>
    public static IEnumerable<(string Path, TarEntry Entry, byte[] Content)> Read(byte[] archive)
    {
        var files = new Dictionary<string, (TarEntry Entry, byte[] Content)>(StringComparer.Ordinal);
        var reader = new TarReader(new MemoryStream(archive));
        while (reader.Next() is { } entry)
        {
            var path = PathOf(entry.Name);
            var content = Array.Empty<byte>();
            if (entry.Kind == TarKind.HardLink && files.TryGetValue(PathOf(entry.Target), out var first))
            {
                (entry, content) = first;
            }
            else if (entry.Kind == TarKind.File)
            {
                content = Content(reader, entry, archive.Length);
                files[path] = (entry, content);
            }

            yield return (path, entry, content);
        }
    }

    private static byte[] Content(TarReader reader, TarEntry entry, int most)
    {
        if (entry.Extents is not null || entry.Size > most)
        {
            throw new InvalidDataException("it has a file that is longer than itself");
        }

        var content = new byte[entry.Size];
        for (int at = 0, count; (count = reader.Read(content.AsSpan(at))) > 0; at += count)
        {
        }

        return content;
    }

    private static string PathOf(byte[] name)
    {
        var path = Encoding.UTF8.GetString(name);
        return path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
    }
}
