using System;
using System.Collections.Generic;
using System.IO;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>Files and folders of this machine as the stream of parts that goes into a container. Links are followed.</summary>
internal sealed class FilePartReader : Stream
{
    private const int Chunk = 128 * 1024;
    private readonly IEnumerator<byte[]> parts;
    private byte[] present = [];
    private int at;

    /// <param name="path">A file or a folder.</param>
    public FilePartReader(string path)
    {
        var full = Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar);
        parts = Parts(full, Path.GetFileName(full) is { Length: > 0 } name ? name : "root").GetEnumerator();
    }

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

    private static IEnumerable<byte[]> Parts(string path, string name)
    {
        if (Directory.Exists(path))
        {
            yield return Bytes(new ContainerFilePart { Kind = ContainerFileKind.Folder, Path = name, Mode = 0x1ED /* 0755 */ });
            foreach (var child in Directory.EnumerateFileSystemEntries(path))
            {
                foreach (var part in Parts(child, name + "/" + Path.GetFileName(child)))
                {
                    yield return part;
                }
            }

            yield break;
        }

        if (!File.Exists(path))
        {
            yield break; // a link to nowhere
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        yield return Bytes(new ContainerFilePart { Kind = ContainerFileKind.File, Path = name, Mode = ModeOf(path), ModifiedTime = new DateTimeOffset(File.GetLastWriteTimeUtc(path)) });
        var buffer = new byte[Chunk];
        int count;
        while ((count = file.Read(buffer, 0, buffer.Length)) > 0)
        {
            yield return Bytes(new ContainerFilePart { Bytes = buffer.AsSpan(0, count).ToArray() });
        }
    }

    // netstandard2.0 knows no permissions; that a script can be run is told by its first two characters.
    private static int ModeOf(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() is '#' or 0x7F && file.ReadByte() is '!' or 'E' ? 0x1ED : 0x1A4;
    }

    private static byte[] Bytes(ContainerFilePart part)
    {
        var body = ContainerFilePart.WireFormat.Encode(part);
        var framed = new byte[body.Length + 4];
        for (var i = 0; i < 4; i++)
        {
            framed[i] = (byte)(body.Length >> (8 * i));
        }

        body.CopyTo(framed, 4);
        return framed;
    }
}
