using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Virt.Agent.Images.Tar;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Store;

/// <summary>Makes a layer's archive of a folder, which may have the form that overlayfs writes: OCI image specification, layer.md.</summary>
public static class LayerPacker
{
    private const int Chunk = 256 * 1024;
    private const uint TypeMask = 0xF000, BlockDevice = 0x6000, CharacterDevice = 0x2000, Pipe = 0x1000;

    /// <summary>Packs a folder.</summary>
    /// <param name="root">The folder. What changes meanwhile is packed as it is found.</param>
    /// <param name="output">Where the archive goes; the caller's.</param>
    /// <param name="isLeftOut">True for paths that are not to be in it.</param>
    /// <param name="withTop">Whether the folder's own mode and owner are to be in it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How many entries were written.</returns>
    /// <exception cref="Linux.LinuxException">Something cannot be read.</exception>
    /// <exception cref="IOException">Something cannot be read, or a file became shorter.</exception>
    public static int Pack(string root, Stream output, Func<string, bool> isLeftOut, bool withTop, CancellationToken cancellation)
    {
        var pass = new Pass(new TarWriter(output), WithMarks: true);
        var count = 0;
        var entries = FileTree.Entries(root).AsEnumerable();
        if (withTop && FileTree.Entry(root, default) is { } top)
        {
            entries = entries.Prepend(top with { Name = "."u8.ToArray() });
        }

        foreach (var entry in entries.Where(entry => !isLeftOut(entry.Path)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Write(pass, root, entry))
            {
                count++;
            }
        }

        pass.Writer.Finish();
        return count;
    }

    /// <summary>Packs what folders that lie over each other show: a whole root, as others read it who know no layers.</summary>
    /// <param name="top">The folder whose mode and owner are the root's.</param>
    /// <param name="entries">What is shown, each with the folder that it is in: <see cref="OverlayTree.Entries"/>.</param>
    /// <param name="output">Where the archive goes; the caller's.</param>
    /// <param name="written">Told how many bytes of files each entry had.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Linux.LinuxException">Something cannot be read.</exception>
    /// <exception cref="IOException">Something cannot be read or written, or a file became shorter.</exception>
    public static void PackShown(string top, IEnumerable<(string Layer, TreeEntry Entry)> entries, Stream output, Action<long> written, CancellationToken cancellation)
    {
        var pass = new Pass(new TarWriter(output), WithMarks: false);
        if (FileTree.Entry(top, default) is { } itself)
        {
            Write(pass, top, itself with { Name = "."u8.ToArray() });
        }

        foreach (var (layer, entry) in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            Write(pass, layer, entry);
            written(entry.IsFile ? entry.Size : 0);
        }

        pass.Writer.Finish();
    }

    private static bool Write(Pass pass, string root, TreeEntry entry)
    {
        var writer = pass.Writer;
        var name = entry.Name.ToArray();
        if (entry.IsWhiteout)
        {
            writer.Begin(Mark(name, ".wh."u8, entry));
            return true;
        }

        var described = Describe(root, entry);
        if (!entry.IsFolder && entry.Links > 1)
        {
            if (pass.Linked.TryGetValue((root, entry.Inode), out var first))
            {
                writer.Begin(described with { Name = name, Kind = TarKind.HardLink, Target = first });
                return true;
            }

            pass.Linked[(root, entry.Inode)] = name;
        }

        switch (entry.Mode & TypeMask)
        {
            case var _ when entry.IsFolder:
                writer.Begin(described with { Name = [.. name, (byte)'/'], Kind = TarKind.Folder });
                if (pass.WithMarks && FileTree.ReadAttribute(root, entry, OverlayTree.Opaque) is not null)
                {
                    writer.Begin(Mark([.. name, (byte)'/'], ".wh..wh..opq"u8, entry));
                }

                return true;
            case var _ when entry.IsFile:
                WriteFile(writer, root, entry, described with { Size = entry.Size }, pass.Buffer);
                return true;
            case var _ when entry.IsLink:
                writer.Begin(described with { Kind = TarKind.Link, Target = FileTree.ReadLink(root, entry) });
                return true;
            case CharacterDevice or BlockDevice:
                writer.Begin(described with
                {
                    Kind = (entry.Mode & TypeMask) == CharacterDevice ? TarKind.CharacterDevice : TarKind.BlockDevice,
                    DeviceMajor = (uint)(entry.Device >> 32),
                    DeviceMinor = (uint)entry.Device,
                });
                return true;
            case Pipe:
                writer.Begin(described with { Kind = TarKind.Pipe });
                return true;
            default:
                // A socket is nobody's without the process that made it.
                return false;
        }
    }

    // .wh.NAME beside what is deleted, or the mark in a folder, whose name then ends in a slash.
    private static TarEntry Mark(byte[] name, ReadOnlySpan<byte> mark, TreeEntry entry)
    {
        var slash = name.AsSpan().LastIndexOf((byte)'/') + 1;
        return new TarEntry
        {
            Name = [.. name.AsSpan(0, slash), .. mark, .. name.AsSpan(slash)],
            Kind = TarKind.File,
            Attributes = new TreeAttributes { Mode = 0, ModifiedSeconds = Seconds(entry) },
        };
    }

    private static TarEntry Describe(string root, TreeEntry entry) => new()
    {
        Name = entry.Name.ToArray(),
        Kind = TarKind.File,
        Attributes = new TreeAttributes
        {
            Mode = entry.Mode & 0xFFF,
            UserId = entry.UserId,
            GroupId = entry.GroupId,
            ModifiedSeconds = Seconds(entry),
            // overlayfs' own word says nothing elsewhere, and labels belong to the host.
            Extended = [.. FileTree.ReadAttributes(root, entry.Name.Span.SequenceEqual("."u8) ? entry with { Name = default } : entry)
                .Where(static one => !one.Name.StartsWith("trusted.", StringComparison.Ordinal) && one.Name != "security.selinux")],
        },
    };

    private static long Seconds(TreeEntry entry) => (long)Math.Floor(entry.ModifiedNanoseconds / 1_000_000_000d);

    private static void WriteFile(TarWriter writer, string root, TreeEntry entry, TarEntry described, byte[] buffer)
    {
        writer.Begin(described);
        if (entry.Size == 0)
        {
            return;
        }

        using var file = FileTree.OpenEntry(root, entry);
        for (long done = 0; done < entry.Size;)
        {
            var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.Size - done)), done);
            if (count == 0)
            {
                throw new IOException($"The file '{entry.Path}' became shorter while it was read.");
            }

            writer.Write(buffer.AsSpan(0, count));
            done += count;
        }
    }

    // One archive's writing. Files of two folders are never links of each other, whatever their inodes.
    private sealed record Pass(TarWriter Writer, bool WithMarks)
    {
        public Dictionary<(string Root, ulong Inode), byte[]> Linked { get; } = [];

        public byte[] Buffer { get; } = new byte[Chunk];
    }
}
