using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Registries.VmImages;

/// <summary>A file on its way, whose checksum is computed while it comes. What has come stays, so that another attempt goes on there. For one thread at a time, and one writer.</summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private const int Chunk = 128 << 10;

    private readonly FileStream file;
    private readonly IncrementalHash hash;

    private PartialFile(string path, ImageChecksum checksum)
    {
        Checksum = checksum;
        hash = IncrementalHash.CreateHash(checksum.HashName);
        file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
    }

    /// <summary>What its bytes must come to.</summary>
    public ImageChecksum Checksum { get; }

    /// <summary>How many bytes are there, and so where the next belong.</summary>
    public long Length { get; private set; }

    /// <summary>Opens it, and reads what is there.</summary>
    public static async Task<PartialFile> OpenAsync(string path, ImageChecksum checksum, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = new PartialFile(path, checksum);
        try
        {
            var buffer = new byte[Chunk];
            int count;
            while ((count = await partial.file.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                partial.hash.AppendData(buffer, 0, count);
                partial.Length += count;
            }

            return partial;
        }
        catch
        {
            await partial.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds the next bytes.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await file.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    /// <summary>Begins anew.</summary>
    public void Restart()
    {
        file.SetLength(0);
        file.Position = 0;
        hash.GetHashAndReset();
        Length = 0;
    }

    /// <summary>What the bytes come to.</summary>
    public string HexOfAll() => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        hash.Dispose();
    }
}
