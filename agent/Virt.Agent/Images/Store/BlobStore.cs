using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.Store;

/// <summary>
/// Content by its digest: a file <c>blobs/sha256/HEX</c> for each, whole and verified, and <c>partial/HEX</c> for what is still on its way. A blob never changes.
/// </summary>
/// <remarks>A blob gets its name by a rename after its bytes are on the disk, so that a power cut leaves it or nothing.</remarks>
public sealed class BlobStore
{
    private const string Temporary = ".new-";
    private const int Chunk = 128 * 1024;

    private readonly string blobs;
    private readonly string partial;
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, int> held = [];
    private readonly Dictionary<Digest, SemaphoreSlim> writing = [];

    /// <param name="folder">Where the two folders lie; they are made with the first blob.</param>
    public BlobStore(string folder)
    {
        blobs = Path.Combine(folder, "blobs", "sha256");
        partial = Path.Combine(folder, "partial");
    }

    /// <summary>Where a blob lies, or would.</summary>
    public string PathOf(Digest digest) => Path.Combine(blobs, digest.Hex);

    /// <summary>True where a blob is here, whole.</summary>
    public bool Has(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>A blob's length in bytes.</summary>
    /// <exception cref="VirtException">DataLoss, BlobMissing.</exception>
    public long SizeOf(Digest digest) => new FileInfo(PathOf(digest)) is { Exists: true } file ? file.Length : throw Missing(digest, null);

    /// <summary>Opens a blob.</summary>
    /// <returns>Its content; the caller's to dispose.</returns>
    /// <exception cref="VirtException">DataLoss, BlobMissing.</exception>
    public FileStream OpenRead(Digest digest)
    {
        try
        {
            return new FileStream(PathOf(digest), new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(digest, e);
        }
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="VirtException">DataLoss: it is missing, or longer than documents are.</exception>
    public byte[] ReadDocument(Digest digest)
    {
        using var stream = OpenRead(digest);
        if (stream.Length > OciDocument.Longest)
        {
            throw new VirtException(ErrorCode.DataLoss, "ImageDocumentTooLong", $"Cannot read blob '{digest}': it has {stream.Length} bytes; documents have {OciDocument.Longest} at most.", digest.ToString());
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>
    /// Begins to write a blob, or goes on where a former writer stopped: what that one left is read again, so that the digest is of what lies on the disk.
    /// Waits while somebody else writes the same blob.
    /// </summary>
    /// <returns>The writer, to be disposed; null where the blob is here.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async Task<BlobWriter?> BeginWriteAsync(OciDescriptor descriptor, CancellationToken cancellation)
    {
        var turn = await EnterAsync(descriptor.Digest, cancellation).ConfigureAwait(false);
        try
        {
            if (Has(descriptor.Digest))
            {
                turn.Dispose();
                return null;
            }

            Prepare();
            return await BlobWriter.OpenAsync(descriptor, Path.Combine(partial, descriptor.Digest.Hex), PathOf(descriptor.Digest), turn, cancellation).ConfigureAwait(false);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Stores content whose digest is not known yet.</summary>
    /// <param name="content">Read to its end; the caller's.</param>
    /// <param name="cancellation">Ends it; nothing is stored then.</param>
    /// <param name="found">Told the digest before the blob is there, to hold it.</param>
    /// <returns>The digest and the length.</returns>
    /// <exception cref="IOException">The disk is full, or fails; or the content cannot be read.</exception>
    public async Task<(Digest Digest, long Size)> AddAsync(Stream content, CancellationToken cancellation, Action<Digest>? found = null)
    {
        Prepare();
        var path = Path.Combine(partial, $"{Temporary}{Guid.NewGuid():n}");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long size = 0;
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                var buffer = new byte[Chunk];
                int count;
                while ((count = await content.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
                {
                    hash.AppendData(buffer, 0, count);
                    await file.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
                    size += count;
                }

                file.Flush(flushToDisk: true);
            }

            var digest = Digest.Of(hash);
            found?.Invoke(digest);
            File.Move(path, PathOf(digest), overwrite: true);
            FileHandles.SyncFolder(blobs);
            return (digest, size);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Stores a short document.</summary>
    public Task<(Digest Digest, long Size)> AddAsync(byte[] document, CancellationToken cancellation) => AddAsync(new MemoryStream(document, writable: false), cancellation);

    /// <summary>Keeps a blob from being removed until the answer is disposed, whether it is here yet or not.</summary>
    public IDisposable Hold(Digest digest)
    {
        lock (gate)
        {
            held[digest] = held.GetValueOrDefault(digest) + 1;
        }

        return new Held(this, digest);
    }

    /// <summary>All blobs that are here, with their lengths.</summary>
    public IReadOnlyList<(Digest Digest, long Size)> All() => !Directory.Exists(blobs)
        ? []
        : [.. new DirectoryInfo(blobs).EnumerateFiles().Where(static file => Digest.TryParse(Digest.Prefix + file.Name, out _)).Select(static file => (Digest.Parse(Digest.Prefix + file.Name), file.Length))];

    /// <summary>Removes the blobs that are not named and that nobody holds.</summary>
    /// <param name="named">What is to stay.</param>
    /// <returns>How many bytes that has freed.</returns>
    public long Sweep(IReadOnlySet<Digest> named)
    {
        long freed = 0;
        lock (gate)
        {
            foreach (var (digest, size) in All().Where(blob => !named.Contains(blob.Digest) && !held.ContainsKey(blob.Digest)))
            {
                File.Delete(PathOf(digest));
                freed += size;
            }
        }

        return freed;
    }

    /// <summary>Removes what was begun and not gone on with since a time; what is being written stays.</summary>
    /// <returns>How many bytes that has freed.</returns>
    public long SweepPartial(DateTimeOffset before)
    {
        if (!Directory.Exists(partial))
        {
            return 0;
        }

        long freed = 0;
        lock (gate)
        {
            foreach (var file in new DirectoryInfo(partial).EnumerateFiles().Where(file => file.LastWriteTimeUtc < before.UtcDateTime && !IsWriting(file.Name)).ToList())
            {
                freed += file.Length;
                file.Delete();
            }
        }

        return freed;
    }

    private bool IsWriting(string name) => Digest.TryParse(Digest.Prefix + name, out var digest) && writing.TryGetValue(digest, out var turn) && turn.CurrentCount == 0;

    private void Prepare()
    {
        foreach (var folder in new[] { blobs, partial })
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private async Task<IDisposable> EnterAsync(Digest digest, CancellationToken cancellation)
    {
        SemaphoreSlim? turn;
        lock (gate)
        {
            if (!writing.TryGetValue(digest, out turn))
            {
                writing[digest] = turn = new SemaphoreSlim(1, 1);
            }
        }

        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(turn);
    }

    private static VirtException Missing(Digest digest, Exception? inner) =>
        new(ErrorCode.DataLoss, "BlobMissing", $"Cannot read blob '{digest}': it is not in the store.", digest.ToString(), "Get the image again.", inner);

    private sealed class Held(BlobStore store, Digest digest) : IDisposable
    {
        private BlobStore? store = store;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref store, null) is { } owner)
            {
                lock (owner.gate)
                {
                    if (--owner.held[digest] == 0)
                    {
                        owner.held.Remove(digest);
                    }
                }
            }
        }
    }

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        private SemaphoreSlim? semaphore = semaphore;

        public void Dispose() => Interlocked.Exchange(ref semaphore, null)?.Release();
    }
}
