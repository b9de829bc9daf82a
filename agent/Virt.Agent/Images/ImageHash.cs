using System;
using System.Collections.Concurrent;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Images;

/// <summary>Tells whether two hosts have the same image: a hash over what its kernel is started from. A file that has not changed is read once.</summary>
public sealed class ImageHash
{
    private readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), byte[]> known = new();

    /// <summary>The hash; empty for an image that starts no kernel.</summary>
    public async Task<byte[]> OfAsync(StoredImage<VmImageManifest> image, CancellationToken cancellation)
    {
        if (image.Manifest.Boot is not { } boot)
        {
            return [];
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(boot.CommandLine));
        foreach (var relative in new[] { boot.Kernel, boot.PvhKernel, boot.Initrd })
        {
            hash.AppendData(relative is null ? [] : await OfFileAsync(image.PathOf(relative), cancellation).ConfigureAwait(false));
        }

        return hash.GetHashAndReset();
    }

    private async Task<byte[]> OfFileAsync(string path, CancellationToken cancellation)
    {
        var file = new FileInfo(path);
        var key = (path, file.Length, file.LastWriteTimeUtc);
        if (known.TryGetValue(key, out var hash))
        {
            return hash;
        }

        await using var stream = file.OpenRead();
        return known[key] = await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false);
    }
}
