using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Archives;
using Virt.Protocol;

namespace Virt.Agent.Images;

public sealed partial class ImageService
{
    /// <summary>Writes an image into an archive or a folder of the host.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported; InvalidArgument; AlreadyExists (the file); ResourceExhausted; DataLoss: a blob is gone.</exception>
    public async Task<ContainerImage> ExportAsync(ExportContainerImage request, Call call)
    {
        var image = Find("export", request.Id, request.Name);
        var title = request.Name.Length > 0 ? request.Name : image.Title;
        call.WorksOn(title);
        CheckPath("export", title, request.Path);
        ArchivePath.CheckFree(Kind, title, request.Path);
        var key = ImageReference.TryParse(request.Name, out var typed) ? image.Names.FirstOrDefault(row => Means(row.Name, typed)) : null;
        key ??= image.Names.Count > 0 ? image.Names[0] : null;
        var name = key is not null && ImageReference.Parse(key.Name) is { Tag: not null } tagged ? tagged : null;
        var shown = ContainerImageView.Of(store, image, key?.Name, containersOf(image.Id));
        if (call.WhatIf)
        {
            return shown;
        }

        await using var arrival = store.Begin(title);
        foreach (var blob in image.Blobs)
        {
            arrival.Has(blob);
        }

        await using var rollback = new Rollback();
        rollback.Add($"remove '{request.Path}'", () => ArchivePath.Remove(request.Path));
        var export = new ImageExport(store, image, name, call);
        await Task.Run(() => export.Write(request.Path, request.Format)).ConfigureAwait(false);
        rollback.Commit();
        return shown;
    }
}
