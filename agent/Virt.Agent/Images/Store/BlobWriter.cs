using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.Store;

/// <summary>
/// Writes one blob. What is written stays, so that another writer can go on at <see cref="Offset"/>; the blob is there when <see cref="CommitAsync"/> has returned.
/// For one thread at a time.
/// </summary>
public sealed class BlobWriter : IAsyncDisposable
{
    private const int Chunk = 128 * 1024;

    private readonly string path;
    private readonly string target;
    private readonly IDisposable turn;
    private readonly FileStream file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool isDisposed;

    private BlobWriter(OciDescriptor descriptor, string path, string target, IDisposable turn)
    {
        Descriptor = descriptor;
        this.path = path;
        this.target = target;
        this.turn = turn;
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    /// <summary>What is written.</summary>
    public OciDescriptor Descriptor { get; }

    /// <summary>How many bytes are there, and so where the next belong.</summary>
    public long Offset { get; private set; }

    /// <summary>True where all bytes are there; what is left to do is the commit.</summary>
    public bool IsComplete => Offset == Descriptor.Size;

    internal static async Task<BlobWriter> OpenAsync(OciDescriptor descriptor, string path, string target, IDisposable turn, CancellationToken cancellation)
    {
        var writer = new BlobWriter(descriptor, path, target, turn);
        try
        {
            if (writer.file.Length > descriptor.Size)
            {
                writer.file.SetLength(0);
            }

            var buffer = new byte[Chunk];
            int count;
            while ((count = await writer.file.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                writer.hash.AppendData(buffer, 0, count);
                writer.Offset += count;
            }

            return writer;
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds the next bytes.</summary>
    /// <exception cref="VirtException">DataLoss, BlobTooLong: there are more than the blob has.</exception>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (bytes.Length > Descriptor.Size - Offset)
        {
            throw new VirtException(ErrorCode.DataLoss, "BlobTooLong", $"Cannot store blob '{Descriptor.Digest}': more came than the {Descriptor.Size} bytes that it has.", Descriptor.Digest.ToString());
        }

        await file.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        hash.AppendData(bytes.Span);
        Offset += bytes.Length;
    }

    /// <summary>Begins anew, as where the other side cannot go on in the middle.</summary>
    public void Restart()
    {
        file.SetLength(0);
        hash.GetHashAndReset();
        Offset = 0;
    }

    /// <summary>
    /// Verifies what was written, brings it to the disk and gives it its name. What is too short stays to be gone on with; what has another digest is removed.
    /// </summary>
    /// <exception cref="VirtException">DataLoss: BlobIncomplete, BlobDigestMismatch.</exception>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        if (!IsComplete)
        {
            throw new VirtException(ErrorCode.DataLoss, "BlobIncomplete", $"Cannot store blob '{Descriptor.Digest}': {Offset} bytes of {Descriptor.Size} came.", Descriptor.Digest.ToString());
        }

        cancellation.ThrowIfCancellationRequested();
        var found = Digest.Of(hash);
        if (found != Descriptor.Digest)
        {
            Restart();
            throw new VirtException(ErrorCode.DataLoss, "BlobDigestMismatch", $"Cannot store blob '{Descriptor.Digest}': what came has the digest '{found}'.", Descriptor.Digest.ToString());
        }

        await Task.Run(
            () =>
            {
                file.Flush(flushToDisk: true);
                File.Move(path, target, overwrite: true);
                FileHandles.SyncFolder(Path.GetDirectoryName(target)!);
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Closes it. Without a commit what was written stays for the next writer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            await file.DisposeAsync().ConfigureAwait(false);
            hash.Dispose();
            turn.Dispose();
        }
    }
}
