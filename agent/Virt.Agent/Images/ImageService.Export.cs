using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Archives;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images;

public sealed partial class ImageService
{
    /// <summary>Writes an image into an archive or a folder of the host.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported; InvalidArgument; AlreadyExists (the file); ResourceExhausted; DataLoss: a blob is gone.</exception>
    public async Task<ContainerImage> ExportAsync(ExportContainerImage request, Call call)
    {
        if (FolderOf(request.Id, request.Name) is { } folder)
        {
            var only = ContainerImageView.Of(catalog.FindContainer(folder));
            Check(folder, request, call);
            if (!call.WhatIf)
            {
                await PackedAsync(folder, call, image => WriteAsync(image, folder, LocalNameOf(folder), request, call)).ConfigureAwait(false);
            }

            return only;
        }

        var image = Find("export", request.Id, request.Name);
        var title = request.Name.Length > 0 ? request.Name : image.Title;
        Check(title, request, call);
        var key = ImageReference.TryParse(request.Name, out var typed) ? image.Names.FirstOrDefault(row => Means(row.Name, typed)) : null;
        key ??= image.Names.Count > 0 ? image.Names[0] : null;
        var name = key is not null && ImageReference.Parse(key.Name) is { Tag: not null } tagged ? tagged : null;
        var shown = ContainerImageView.Of(store, image, key?.Name, containersOf(image.Id));
        if (!call.WhatIf)
        {
            await WriteAsync(image, title, name, request, call).ConfigureAwait(false);
        }

        return shown;
    }

    private static void Check(string title, ExportContainerImage request, Call call)
    {
        call.WorksOn(title);
        CheckPath("export", title, request.Path);
        ArchivePath.CheckForm(Kind, title, request.Path, $"Export-ContainerImage '{title}' -Path '{Path.ChangeExtension(request.Path, "tar")}'");
        ArchivePath.CheckFree(Kind, title, request.Path);
        if (request.Format == ContainerImageFormat.Docker && request.Compression is ContainerImageCompression.Gzip or ContainerImageCompression.Zstd)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidCompression", $"Cannot export {Kind} '{title}': in Docker's form no layer is compressed; the archive as a whole can be, as its name says.", title, $"Export-ContainerImage '{title}' -Path '{request.Path}' -Format Oci -Compression {request.Compression}");
        }
    }

    // Beside its place, and there when it is whole; what an agent leaves that is killed meanwhile the next one removes.
    private Task<Digest> WriteAsync(OciImage image, string title, ImageReference? name, ExportContainerImage request, Call call) => RepackedAsync(
        image,
        title,
        request.Format == ContainerImageFormat.Docker ? ContainerImageCompression.AsIs : request.Compression,
        call,
        async packed =>
        {
            var partial = UnfinishedFiles.PartialOf(request.Path);
            using var noted = unfinished.Begin(partial);
            try
            {
                var export = new ImageExport(store, packed, name, call) { Title = $"image '{title}'" };
                await Task.Run(() => export.Write(partial, request.Format)).ConfigureAwait(false);
                await FaultPoint.ReachAsync(ImageFaults.ExportFilled, call.Cancellation).ConfigureAwait(false);
                ArchivePath.Name(Kind, title, partial, request.Path);
                return packed.Id;
            }
            finally
            {
                UnfinishedFiles.Remove(partial);
            }
        });

    /// <summary>Does something with an image whose layers are compressed as they are wanted; what is only there for that goes after it.</summary>
    /// <param name="image">The image; its blobs stay meanwhile.</param>
    /// <param name="title">What it is called in errors.</param>
    /// <param name="compression">How.</param>
    /// <param name="call">The call.</param>
    /// <param name="work">Takes that image.</param>
    /// <exception cref="VirtException">DataLoss; NotSupported: the host has no libzstd.</exception>
    public async Task<T> RepackedAsync<T>(OciImage image, string title, ContainerImageCompression compression, Call call, Func<OciImage, Task<T>> work)
    {
        var isOther = false;
        try
        {
            await using var arrival = store.Begin(title);
            isOther = compression != ContainerImageCompression.AsIs;
            return await work(await new ImageRepack(store, arrival, call).RunAsync(image, compression).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            if (isOther)
            {
                Sweep();
            }
        }
    }
}
