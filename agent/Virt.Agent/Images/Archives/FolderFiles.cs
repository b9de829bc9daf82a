using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Archives;

/// <summary>A folder of images. No link in it leads out of it.</summary>
internal sealed class FolderFiles(string path, ImageArrival arrival) : IImageFiles, IDisposable
{
    private readonly SafeFileHandle root = FileHandles.OpenFolder(path);

    /// <inheritdoc/>
    public bool Has(string name)
    {
        using var file = FileHandles.OpenInside(root, name);
        return file is not null;
    }

    /// <inheritdoc/>
    public async Task<(Digest Digest, long Size)?> StoreAsync(string name, CancellationToken cancellation)
    {
        var file = FileHandles.OpenInside(root, name);
        if (file is null)
        {
            return null;
        }

        await using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        return await arrival.AddAsync(stream, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => root.Dispose();
}
