using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Agent.Images.Tar;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.Archives;

/// <summary>Brings the files of an archive or a folder into the store, whoever wrote it.</summary>
/// <param name="store">Where they go.</param>
/// <param name="path">The archive or folder.</param>
/// <param name="words">How errors speak of it.</param>
/// <param name="call">The call.</param>
internal sealed class ArchiveInput(ImageStore store, string path, ArchiveWords words, Call call)
{
    /// <summary>Reads all of it. What is not committed before <paramref name="take"/> ends is swept some day.</summary>
    /// <param name="title">What comes, for progress.</param>
    /// <param name="take">Takes what it needs of the files.</param>
    /// <exception cref="VirtException">DataLoss: it is no archive, or one that is damaged. NotSupported: the host cannot inflate it. ResourceExhausted.</exception>
    public async Task<T> ReadAsync<T>(string title, Func<IImageFiles, ImageArrival, Task<T>> take)
    {
        await using var arrival = store.Begin(title);
        if (Directory.Exists(path))
        {
            using var folder = new FolderFiles(path, arrival);
            return await take(folder, arrival).ConfigureAwait(false);
        }

        return await InflatedAsync(async (file, archive) =>
        {
            var files = await ArchiveFiles.ReadAsync(archive, arrival, () => call.Report($"Importing '{path}'", "Reading the archive", (int)(file.Position * 90 / Math.Max(1, file.Length))), call.Cancellation).ConfigureAwait(false);
            return await take(files, arrival).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Reads one short file, and stores nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its bytes; null: there is none of the name.</returns>
    /// <inheritdoc cref="ReadAsync"/>
    public async Task<byte[]?> FindAsync(string name)
    {
        if (Directory.Exists(path))
        {
            using var root = FileHandles.OpenFolder(path);
            using var file = FileHandles.OpenInside(root, name);
            if (file is null)
            {
                return null;
            }

            var bytes = new byte[Short(name, RandomAccess.GetLength(file))];
            return RandomAccess.Read(file, bytes, 0) == bytes.Length ? bytes : throw Damaged($"its '{name}' became shorter while it was read");
        }

        return await InflatedAsync((_, archive) => Task.FromResult(Find(archive, name))).ConfigureAwait(false);
    }

    /// <summary>A document by its file's name.</summary>
    public async Task<byte[]> DocumentAsync(IImageFiles files, string name) => store.Blobs.ReadDocument((await StoreAsync(files, name).ConfigureAwait(false)).Digest);

    /// <summary>Brings a blob into the store, which then has it with this digest.</summary>
    /// <returns>Its bytes where it is short enough for a document, else nothing.</returns>
    /// <exception cref="VirtException">DataLoss: it is missing, or another.</exception>
    public async Task<byte[]> BlobAsync(IImageFiles files, Digest digest)
    {
        if (!store.Blobs.Has(digest))
        {
            var (found, _) = await StoreAsync(files, $"blobs/sha256/{digest.Hex}").ConfigureAwait(false);
            if (found != digest)
            {
                throw Damaged($"its blob '{digest}' has the digest '{found}'");
            }
        }

        return store.Blobs.SizeOf(digest) <= OciDocument.Longest ? store.Blobs.ReadDocument(digest) : [];
    }

    /// <summary>Brings a file into the store.</summary>
    /// <exception cref="VirtException">DataLoss: it is missing.</exception>
    public async Task<(Digest Digest, long Size)> StoreAsync(IImageFiles files, string name) =>
        await files.StoreAsync(name, call.Cancellation).ConfigureAwait(false) ?? throw Damaged($"it names '{name}', which it does not have");

    /// <summary>What is said of an archive that cannot be used.</summary>
    public VirtException Damaged(string cause, Exception? inner = null) => new(ErrorCode.DataLoss, words.ErrorId, $"Cannot import '{path}': {cause}.", path, words.Action, inner);

    private async Task<T> InflatedAsync<T>(Func<FileStream, Stream, Task<T>> read)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var count = store.Limit.Begin($"archive '{path}'", path, Math.Max(file.Length, store.Limit.MaximumBytes / UnpackLimit.MaximumRatio));
            var inflated = LayerUnpacker.Inflate(file);
            await using var ending = ReferenceEquals(inflated, file) ? null : inflated;
            await using var ahead = new ReadAheadStream(inflated, bytes => count.Add(bytes));
            return await read(file, ahead).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged($"it is no {words.Noun}, or a damaged one ({e.Message.TrimEnd('.')})", e);
        }
        catch (DllNotFoundException e)
        {
            throw new VirtException(ErrorCode.NotSupported, "ZstdMissing", $"Cannot import '{path}': it is compressed by zstd, and this host has no libzstd.", path, "apt-get install libzstd1", e);
        }
    }

    private byte[]? Find(Stream archive, string name)
    {
        var reader = new TarReader(archive);
        while (reader.Next() is { } entry)
        {
            if (entry.Kind == TarKind.File && TreePath.Clean(entry.Name) is { } found && Encoding.UTF8.GetString(found) == name)
            {
                var bytes = new byte[Short(name, entry.Size)];
                using var content = new EntryStream(reader, entry.Size);
                content.ReadExactly(bytes);
                return bytes;
            }
        }

        return null;
    }

    private long Short(string name, long length) => length <= OciDocument.Longest ? length : throw Damaged($"its '{name}' has {length} bytes, and {OciDocument.Longest} at most are possible");
}
