using System;
using System.Buffers.Binary;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;

namespace Virt.Agent.Fleet;

/// <summary>
/// A file on a stream without its holes: pieces of 8 bytes offset, 4 bytes length and the bytes; at the end the offset −1, 8 bytes the file's length,
/// and the SHA-256 of all that stood before. Numbers are little-endian.
/// </summary>
/// <param name="stream">Where it goes or comes from; stays the caller's.</param>
internal sealed class SparseFile(Stream stream)
{
    private const int HeadBytes = 12;
    private const int PieceBytes = 256 << 10;
    private const long End = -1;

    private long bytes;
    private long position;

    /// <summary>How many bytes of the file have gone by.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>How far it is in the file that is sent, holes and all.</summary>
    public long Position => Interlocked.Read(ref position);

    /// <summary>Sends a file that nobody writes to.</summary>
    /// <param name="path">The file.</param>
    /// <param name="point">Is passed with the first piece; empty: no point is.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task SendAsync(string path, string point, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[HeadBytes + PieceBytes];
        for (var at = 0L; FileHandles.NextData(file, at) is { } data; at = data.End)
        {
            for (var offset = data.Start; offset < data.End;)
            {
                var read = RandomAccess.Read(file, buffer.AsSpan(HeadBytes, (int)Math.Min(PieceBytes, data.End - offset)), offset);
                if (read == 0)
                {
                    throw new IOException($"'{path}' became shorter while it was read.");
                }

                await WriteAsync(buffer, offset, read, HeadBytes + read, hash, cancellation).ConfigureAwait(false);
                Interlocked.Add(ref bytes, read);
                offset += read;
                Interlocked.Exchange(ref position, offset);
                if (Bytes == read)
                {
                    await FaultPoint.ReachAsync(point, cancellation).ConfigureAwait(false);
                }
            }
        }

        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(HeadBytes), RandomAccess.GetLength(file));
        await WriteAsync(buffer, End, sizeof(long), HeadBytes + sizeof(long), hash, cancellation).ConfigureAwait(false);
        await stream.WriteAsync(hash.GetHashAndReset(), cancellation).ConfigureAwait(false);
        await stream.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Receives a file; it is on the disk afterwards.</summary>
    /// <exception cref="InvalidDataException">It is not what was sent.</exception>
    /// <exception cref="EndOfStreamException">It was cut off.</exception>
    public async Task ReceiveAsync(string path, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[HeadBytes + PieceBytes];
        while (true)
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, HeadBytes), cancellation).ConfigureAwait(false);
            var offset = BinaryPrimitives.ReadInt64LittleEndian(buffer);
            var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(sizeof(long)));
            if (length is < 0 or > PieceBytes || (offset < 0 && (offset != End || length != sizeof(long))))
            {
                throw new InvalidDataException("the stream holds no file");
            }

            await stream.ReadExactlyAsync(buffer.AsMemory(HeadBytes, length), cancellation).ConfigureAwait(false);
            hash.AppendData(buffer.AsSpan(0, HeadBytes + length));
            if (offset == End)
            {
                break;
            }

            RandomAccess.Write(file, buffer.AsSpan(HeadBytes, length), offset);
            Interlocked.Add(ref bytes, length);
        }

        RandomAccess.SetLength(file, BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(HeadBytes)));
        var sum = new byte[SHA256.HashSizeInBytes];
        await stream.ReadExactlyAsync(sum, cancellation).ConfigureAwait(false);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(sum))
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        RandomAccess.FlushToDisk(file);
        FileHandles.SyncFolder(Path.GetDirectoryName(path)!);
    }

    private async Task WriteAsync(byte[] buffer, long offset, int length, int all, IncrementalHash hash, CancellationToken cancellation)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer, offset);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(sizeof(long)), length);
        hash.AppendData(buffer.AsSpan(0, all));
        await stream.WriteAsync(buffer.AsMemory(0, all), cancellation).ConfigureAwait(false);
    }
}
