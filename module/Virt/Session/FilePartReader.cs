using System;
using System.Collections.Generic;
using System.IO;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>
/// A file or folder of this machine as the stream of parts that goes into a guest or a container. Below a folder links are links, where the runtime knows them; what a file has is what it had
/// when it was looked at, so that of a device nothing comes.
/// </summary>
internal sealed class FilePartReader : Stream
{
    private const int Chunk = 128 * 1024;
    private readonly List<(string Path, FilePart Part)> files = [];
    private readonly IEnumerator<byte[]> parts;
    private byte[] present = [];
    private int at;

    /// <param name="path">A file or a folder.</param>
    public FilePartReader(string path)
    {
        var full = Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar);
        Name = Path.GetFileName(full) is { Length: > 0 } name ? name : "root";
        Look(full.Length > 0 ? full : path, Name, isTop: true);
        parts = Parts().GetEnumerator();
    }

    /// <summary>What is copied is called so.</summary>
    public string Name { get; }

    /// <summary>What was left out, with what it is: pipes, sockets, devices.</summary>
    public List<string> LeftOut { get; } = [];

    /// <summary>How many bytes all files have together.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>The permissions of what is copied.</summary>
    public int Mode => files[0].Part.Mode;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        while (at == present.Length)
        {
            if (!parts.MoveNext())
            {
                return 0;
            }

            (present, at) = (parts.Current, 0);
        }

        var taken = Math.Min(count, present.Length - at);
        Array.Copy(present, at, buffer, offset, taken);
        at += taken;
        return taken;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            parts.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Look(string path, string name, bool isTop)
    {
        if (!isTop && FileLink.TargetOf(path) is { } target)
        {
            files.Add((path, new FilePart { Kind = FileKind.Link, Path = name, Target = target }));
        }
        else if (Directory.Exists(path))
        {
            files.Add((path, new FilePart { Kind = FileKind.Folder, Path = name, Mode = UnixMode.Of(path) ?? 0x1ED /* 0755 */ }));
            foreach (var child in Directory.EnumerateFileSystemEntries(path))
            {
                Look(child, name + "/" + Path.GetFileName(child), isTop: false);
            }
        }
        else if (new FileInfo(path) is { Exists: true } file)
        {
            if (UnixMode.SpecialName(path) is { } special)
            {
                LeftOut.Add(isTop ? throw new IOException($"'{path}' is a {special}; files, folders and links are copied") : $"'{name}' ({special})");
                return;
            }


            files.Add((path, new FilePart { Kind = FileKind.File, Path = name, Mode = UnixMode.Of(path) ?? ModeOf(file), ModifiedTime = new DateTimeOffset(file.LastWriteTimeUtc), SizeBytes = file.Length }));
            TotalBytes += file.Length;
        }
    }

    private IEnumerable<byte[]> Parts()
    {
        var buffer = new byte[Chunk];
        foreach (var (path, part) in files)
        {
            yield return Bytes(part);
            if (part.SizeBytes == 0)
            {
                continue; // also a pipe, whose opening would wait
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            for (var left = part.SizeBytes; left > 0;)
            {
                var count = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                left -= count > 0 ? count : throw new IOException($"'{path}' has become shorter while it was copied");
                yield return Bytes(new FilePart { Bytes = buffer.AsSpan(0, count).ToArray() });
            }
        }
    }

    // netstandard2.0 knows no permissions; that a script can be run is told by its first two characters.
    private static int ModeOf(FileInfo info)
    {
        if (info.Length == 0)
        {
            return 0x1A4; // 0644
        }

        using var file = info.OpenRead();
        return file.ReadByte() is '#' or 0x7F && file.ReadByte() is '!' or 'E' ? 0x1ED : 0x1A4;
    }

    private static byte[] Bytes(FilePart part)
    {
        var body = FilePart.WireFormat.Encode(part);
        var framed = new byte[body.Length + 4];
        for (var i = 0; i < 4; i++)
        {
            framed[i] = (byte)(body.Length >> (8 * i));
        }

        body.CopyTo(framed, 4);
        return framed;
    }
}
