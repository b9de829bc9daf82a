using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Archives;
using Virt.Agent.Images.Oci;
using Virt.Protocol;

namespace Virt.Agent.Images;

public sealed partial class ImageService
{
    /// <summary>Takes images in from an archive or a folder of the host.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound; DataLoss: it is none, or damaged; NotSupported: it has none for the platform; ResourceExhausted.</exception>
    public async Task<ContainerImageList> ImportAsync(ImportContainerImage request, Call call)
    {
        CheckPath("import", request.Path, request.Path);
        var name = request.Name.Length == 0 ? null : ImageReference.Parse(request.Name, "import");
        var platform = PlatformOf(request.Platform, request.Path);
        call.WorksOn(request.Name.Length > 0 ? request.Name : Path.GetFileName(request.Path));
        ArchivePath.CheckThere(request.Path);

        if (call.WhatIf)
        {
            return new ContainerImageList();
        }

        try
        {
            var taken = await new ImageImport(store, request.Path, name is null ? null : Images.Store.ImageStore.LocalOf(name), platform, call).RunAsync().ConfigureAwait(false);
            return new ContainerImageList { Items = [.. taken.Select(one => ContainerImageView.Of(store, one.Image, one.Name is null ? null : Images.Store.ImageStore.KeyOf(one.Name), containersOf(one.Image.Id)))] };
        }
        finally
        {
            Sweep();
        }
    }

    private static OciPlatform? PlatformOf(string text, string target)
    {
        if (text.Length == 0)
        {
            return null;
        }

        return text.Split('/') is { Length: 2 or 3 } parts && parts.All(static part => part.Length > 0)
            ? new OciPlatform { Os = parts[0], Architecture = parts[1], Variant = parts.ElementAtOrDefault(2) }
            : throw new VirtException(ErrorCode.InvalidArgument, "InvalidPlatform", $"Cannot use the platform '{text}': a system and an architecture are required.", target, $"Import-ContainerImage -Path '{target}' -Platform linux/arm64");
    }

    private static void CheckPath(string verb, string name, string path) => ArchivePath.Check(verb, Kind, name, path, "Export-ContainerImage debian:12 -Path /srv/debian.tar");
}
