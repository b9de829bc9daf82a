using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Tar;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.Store;

/// <summary>
/// Unpacks a layer into a folder, in the form that overlayfs itself writes: OCI image specification, layer.md. Owners are those of the archive; whoever mounts the folder maps them.
/// </summary>
/// <param name="limit">How much a layer may unpack to.</param>
public sealed class LayerUnpacker(UnpackLimit limit)
{
    private const int SmallestFile = 4096;
    private const int Chunk = 256 * 1024;
    private const uint CharacterDevice = 0x2000, BlockDevice = 0x6000, Pipe = 0x1000;

    private static readonly byte[] WhiteoutPrefix = ".wh."u8.ToArray();
    private static readonly byte[] OpaqueMark = ".wh..wh..opq"u8.ToArray();
    private static readonly byte[] AufsPrefix = ".wh..wh."u8.ToArray();

    /// <summary>Unpacks a layer.</summary>
    /// <param name="packed">The layer as it came, compressed by gzip or zstd or not at all; the caller's.</param>
    /// <param name="packedBytes">Its length.</param>
    /// <param name="diffId">What its archive must hash to; null: whatever it does.</param>
    /// <param name="folder">An empty folder. What is in it after an error is to be thrown away.</param>
    /// <param name="image">Whose layer it is, for errors.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What is known of it.</returns>
    /// <exception cref="VirtException">DataLoss, LayerDamaged: it is no archive, leads out of the layer, or has another digest. ResourceExhausted: it is too large, or the disk is full. NotSupported: the host cannot inflate it.</exception>
    public UnpackedLayer Unpack(Stream packed, long packedBytes, Digest? diffId, string folder, string image, CancellationToken cancellation)
    {
        var title = $"a layer of image '{image}'";
        var count = limit.Begin(title, image, packedBytes);
        try
        {
            var inflated = Inflate(packed);
            using var ending = ReferenceEquals(inflated, packed) ? null : inflated;
            using var hashed = new DigestStream(inflated);
            UnpackedLayer layer;
            using (var ahead = new ReadAheadStream(hashed, bytes => count.Add(bytes)))
            {
                layer = Write(ahead, folder, image, count, cancellation);
                ahead.Drain();
            }

            var found = hashed.Finish();
            return diffId is null || found == diffId ? layer with { DiffId = found } : throw Damaged(image, $"its archive has the digest '{found}', and '{diffId}' is what the image names");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(image, e.Message.TrimEnd('.'), e);
        }
        catch (DllNotFoundException e)
        {
            throw new VirtException(ErrorCode.NotSupported, "ZstdMissing", $"Cannot unpack {title}: it is compressed by zstd, and this host has no libzstd.", image, "apt-get install libzstd1", e);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOSPC or 122 /* EDQUOT */)
        {
            throw new VirtException(ErrorCode.ResourceExhausted, "DiskFull", $"Cannot unpack {title}: there is no space left in '{Path.GetDirectoryName(folder)}'.", image, $"df -h '{Path.GetDirectoryName(folder)}'", e);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.EPERM or Errno.ENOTDIR or 36 /* ENAMETOOLONG */ or 40 /* ELOOP */ or 18 /* EXDEV */)
        {
            throw Damaged(image, e.Message, e);
        }
    }

    /// <summary>The stream that undoes the compression that the first bytes speak of.</summary>
    /// <param name="packed">Where the bytes come from; it must be able to seek.</param>
    /// <returns>The caller's to dispose, which leaves the other open; the same stream where nothing is compressed.</returns>
    public static Stream Inflate(Stream packed)
    {
        var start = new byte[4];
        var at = packed.Position;
        var count = packed.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        packed.Position = at;
        // RFC 1952, 2.3.1; RFC 8878, 3.1.1 and, for a frame that is to be passed over, 3.1.2.
        return count >= 2 && start[0] == 0x1F && start[1] == 0x8B ? new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true)
            : count == 4 && start.AsSpan(1).SequenceEqual<byte>([0xB5, 0x2F, 0xFD]) && start[0] == 0x28 ? new ZstdStream(packed)
            : count == 4 && start.AsSpan(1).SequenceEqual<byte>([0x2A, 0x4D, 0x18]) && (start[0] & 0xF0) == 0x50 ? new ZstdStream(packed)
            : packed;
    }

    private static UnpackedLayer Write(Stream archive, string folder, string image, UnpackLimit.Count limit, CancellationToken cancellation)
    {
        using var tree = new TreeWriter(folder);
        var reader = new TarReader(archive);
        var buffer = new byte[Chunk];
        var layer = new UnpackedLayer { DiffId = Digest.Of([]) };
        while (reader.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            limit.Add(SmallestFile + Math.Max(0, entry.Size - entry.DataBytes));
            var path = TreePath.Clean(entry.Name) ?? throw Damaged(image, $"its entry '{entry.Path}' leads out of it");
            layer = layer with { Count = layer.Count + 1, Bytes = layer.Bytes + entry.DataBytes };
            if (Mark(tree, path, image) is { } hidesAll)
            {
                layer = layer with { HidesAllBelow = layer.HidesAllBelow || hidesAll };
            }
            else
            {
                Add(tree, reader, entry, path, buffer, image);
            }
        }

        tree.Finish();
        return layer with { ImplicitFolders = [.. tree.ImplicitFolders.Select(Convert.ToHexString)] };
    }

    // Null where the name is no mark of a deletion; true where nothing of the layers below is to be seen.
    private static bool? Mark(TreeWriter tree, byte[] path, string image)
    {
        var slash = path.AsSpan().LastIndexOf((byte)'/');
        var name = path.AsSpan(slash + 1);
        if (!name.StartsWith(WhiteoutPrefix))
        {
            return null;
        }

        var parent = slash < 0 ? [] : path[..slash];
        if (name.SequenceEqual(OpaqueMark))
        {
            tree.Opaque(parent);
            return parent.Length == 0;
        }

        // What else begins so was aufs' own.
        if (!name.StartsWith(AufsPrefix))
        {
            var hidden = name[WhiteoutPrefix.Length..];
            if (hidden.Length == 0 || hidden.SequenceEqual("."u8) || hidden.SequenceEqual(".."u8))
            {
                throw Damaged(image, "it deletes what has no name");
            }

            tree.Whiteout([.. path.AsSpan(0, slash + 1), .. hidden]);
        }

        return false;
    }

    private static void Add(TreeWriter tree, TarReader reader, TarEntry entry, byte[] path, byte[] buffer, string image)
    {
        var attributes = entry.Attributes with { Extended = Kept(entry.Attributes.Extended) };
        if (path.Length == 0 && entry.Kind != TarKind.Folder)
        {
            throw Damaged(image, $"its entry '{entry.Path}' is no folder");
        }

        switch (entry.Kind)
        {
            case TarKind.Folder:
                tree.Folder(path, attributes);
                break;
            case TarKind.File:
                using (var file = tree.File(path))
                {
                    Fill(file, reader, entry, buffer);
                    tree.Describe(file, path, attributes);
                }

                break;
            case TarKind.Link:
                tree.Link(path, entry.Target, attributes);
                break;
            case TarKind.HardLink:
                var target = TreePath.Clean(entry.Target) is { Length: > 0 } inside ? inside : throw Damaged(image, $"its entry '{entry.Path}' is another name of something outside it");
                tree.HardLink(path, target);
                break;
            case TarKind.CharacterDevice:
                tree.Node(path, CharacterDevice, entry.DeviceMajor, entry.DeviceMinor, attributes);
                break;
            case TarKind.BlockDevice:
                tree.Node(path, BlockDevice, entry.DeviceMajor, entry.DeviceMinor, attributes);
                break;
            default:
                tree.Node(path, Pipe, 0, 0, attributes);
                break;
        }
    }

    private static void Fill(Microsoft.Win32.SafeHandles.SafeFileHandle file, TarReader reader, TarEntry entry, byte[] buffer)
    {
        foreach (var extent in entry.Extents ?? [new TarExtent(0, entry.Size)])
        {
            for (long done = 0; done < extent.Length;)
            {
                var count = reader.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, extent.Length - done)));
                RandomAccess.Write(file, buffer.AsSpan(0, count), extent.Offset + done);
                done += count;
            }
        }

        if (entry.Extents is not null)
        {
            RandomAccess.SetLength(file, entry.Size);
        }
    }

    // overlayfs takes its own word from what lies in a layer: an archive could show a file of another place by it. Labels of the host that made the archive say nothing here.
    private static List<(string Name, ReadOnlyMemory<byte> Value)> Kept(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> attributes) =>
        [.. attributes.Where(static one => !one.Name.StartsWith("trusted.", StringComparison.Ordinal) && !one.Name.StartsWith("user.overlay.", StringComparison.Ordinal) && one.Name != "security.selinux")];

    private static VirtException Damaged(string image, string cause, Exception? inner = null) =>
        new(ErrorCode.DataLoss, "LayerDamaged", $"Cannot unpack a layer of image '{image}': {cause}.", image, "Get the image again, or from elsewhere.", inner);
}
