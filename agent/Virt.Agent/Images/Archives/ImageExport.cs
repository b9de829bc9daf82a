using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Agent.Images.Tar;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Archives;

/// <summary>Writes an image into an archive or a folder that others read.</summary>
/// <param name="store">Where it is.</param>
/// <param name="image">The image.</param>
/// <param name="name">What it is called there; null: nothing.</param>
/// <param name="call">The call.</param>
internal sealed class ImageExport(ImageStore store, OciImage image, ImageReference? name, Call call)
{
    private const int Chunk = 256 * 1024;

    /// <summary>What else is written into an OCI layout; null: nothing.</summary>
    public ArchiveAttachment? Attached { get; init; }

    /// <summary>What it is that is written, for progress.</summary>
    public string Title { get; init; } = $"image '{image.Title}'";

    /// <summary>Writes an archive where the path's name is that of one, else a folder.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public void Write(string path, ContainerImageFormat format)
    {
        if (ArchivePath.IsFile(path))
        {
            ToArchive(path, format);
        }
        else
        {
            ToFolder(path, format);
        }
    }

    // Compressed where the name says so.
    private void ToArchive(string path, ContainerImageFormat format)
    {
        using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, Chunk))
        {
            using var packed = ArchivePath.Compress(path, file);
            var writer = new TarWriter(packed ?? (Stream)file);
            Write(format, (entry, size, content) =>
            {
                writer.Begin(new TarEntry { Name = Encoding.UTF8.GetBytes(entry), Kind = TarKind.File, Size = size, Attributes = new TreeAttributes { Mode = 0x1A4 } });
                Copy(content, bytes => writer.Write(bytes));
            });
            writer.Finish();
        }

        FileTree.SyncOne(path);
    }

    private void ToFolder(string path, ContainerImageFormat format)
    {
        Directory.CreateDirectory(path);
        Write(format, (entry, _, content) =>
        {
            var place = Path.Combine(path, entry);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            using var file = new FileStream(place, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            Copy(content, file.Write);
        });
    }

    private void Write(ContainerImageFormat format, Action<string, long, Stream> add)
    {
        if (format == ContainerImageFormat.Oci)
        {
            WriteOci(add);
        }
        else
        {
            WriteDocker(add);
        }
    }

    private void WriteOci(Action<string, long, Stream> add)
    {
        var manifest = new OciDescriptor
        {
            MediaType = image.Spec.MediaType,
            Digest = image.Id,
            Size = image.Spec.ManifestSize,
            Platform = image.Spec.Platform.Os.Length > 0 ? image.Spec.Platform : null,
            Annotations = Annotations(),
        };
        Document(add, OciLayout.FileName, OciDocument.Write(new OciLayout()));
        Document(add, "index.json", OciDocument.Write(new OciIndex { SchemaVersion = 2, MediaType = MediaTypes.Index, Manifests = [manifest] }));
        if (Attached is not null)
        {
            Document(add, Attached.FileName, Attached.Document);
        }

        foreach (var digest in image.Spec.Layers.Select(static layer => layer.Blob).Prepend(image.Spec.Config.Digest).Prepend(image.Id).Concat(Attached?.Blobs ?? []).Distinct())
        {
            using var blob = store.Blobs.OpenRead(digest);
            Report(digest);
            add($"blobs/sha256/{digest.Hex}", blob.Length, blob);
        }
    }

    // The tag for skopeo, podman and umoci; the whole name for containerd and us.
    private Dictionary<string, string>? Annotations()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        if (name is not null)
        {
            all["org.opencontainers.image.ref.name"] = name.Tag ?? "latest";
            all["io.containerd.image.name"] = name.Full;
        }

        if (Attached is not null)
        {
            all[Attached.Annotation] = Digest.Of(Attached.Document).ToString();
        }

        return all.Count == 0 ? null : all;
    }

    private void WriteDocker(Action<string, long, Stream> add)
    {
        var config = $"{image.Spec.Config.Digest.Hex}.json";
        Document(add, config, store.Blobs.ReadDocument(image.Spec.Config.Digest));
        foreach (var layer in image.Spec.Layers.DistinctBy(static layer => layer.DiffId))
        {
            using var blob = store.Blobs.OpenRead(layer.Blob);
            Report(layer.Blob);
            var size = Length(blob);
            var inflated = LayerUnpacker.Inflate(blob);
            using var ending = ReferenceEquals(inflated, blob) ? null : inflated;
            add(LayerFile(layer), size, inflated);
        }

        Document(add, DockerArchiveItem.FileName, OciDocument.Write([new DockerArchiveItem { Config = config, RepoTags = name is null ? [] : [name.Familiar], Layers = [.. image.Spec.Layers.Select(LayerFile)] }]));
    }

    private static string LayerFile(OciLayerSpec layer) => $"{layer.DiffId.Hex}.tar";

    // An archive says a file's length before the file: a compressed layer is inflated twice.
    private static long Length(FileStream blob)
    {
        var inflated = LayerUnpacker.Inflate(blob);
        if (ReferenceEquals(inflated, blob))
        {
            return blob.Length;
        }

        long length = 0;
        using (inflated)
        {
            var buffer = new byte[Chunk];
            int count;
            while ((count = inflated.Read(buffer)) > 0)
            {
                length += count;
            }
        }

        blob.Position = 0;
        return length;
    }

    private static void Document(Action<string, long, Stream> add, string entry, byte[] bytes) => add(entry, bytes.Length, new MemoryStream(bytes, writable: false));

    private void Copy(Stream content, WriteBytes write)
    {
        var buffer = new byte[Chunk];
        int count;
        while ((count = content.Read(buffer)) > 0)
        {
            call.Cancellation.ThrowIfCancellationRequested();
            write(buffer.AsSpan(0, count));
        }
    }

    private void Report(Digest blob) => call.Report($"Exporting {Title}", $"Writing {blob.Short}");

    private delegate void WriteBytes(ReadOnlySpan<byte> bytes);
}
