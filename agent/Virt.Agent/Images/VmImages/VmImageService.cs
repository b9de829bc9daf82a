using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Images.VmImages;

/// <summary>Answers what is asked about the images of virtual machines, and removes them.</summary>
/// <param name="catalog">All of them.</param>
/// <param name="store">Those that are the agent's own.</param>
public sealed class VmImageService(ImageCatalog catalog, VmImageStore store)
{
    private Func<NewVMImage, Call, Task<string>> makeImage = static (_, _) => throw new InvalidOperationException("There are no machines.");
    private Func<InstallVMImage, Call, Task<string>> installImage = static (_, _) => throw new InvalidOperationException("There are no machines.");

    private Func<NewVMImage, Call, Task> makeOfDistribution = static (_, _) => throw new InvalidOperationException("Nothing makes distributions.");

    private Func<string, (IReadOnlyList<string> Shapes, long Bytes)> warmStatesOf = static _ => ([], 0);
    private Func<string, bool, Task> removeWarmStates = static (_, _) => Task.CompletedTask;

    /// <summary>Images by name or pattern.</summary>
    public Task<VMImageList> GetAsync(GetVMImage request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var items = ImageService.Select<VMImage>(request.Names, catalog.VmNames, name => [Show(catalog.FindVm(name))], errors);
        return Task.FromResult(new VMImageList { Items = [.. items], Errors = [.. errors] });
    }

    /// <summary>Tells it who makes images: of machines and by installers, each of which gives the image's name, and of distributions. To be called once, before the first request.</summary>
    public void Watch(Func<NewVMImage, Call, Task<string>> make, Func<InstallVMImage, Call, Task<string>> install, Func<NewVMImage, Call, Task> ofDistribution) => (makeImage, installImage, makeOfDistribution) = (make, install, ofDistribution);

    /// <summary>Tells it who keeps the booted states of images. To be called once, before the first request.</summary>
    /// <param name="find">For which machines an image has one, and their bytes.</param>
    /// <param name="remove">Removes those of an image, or looks whether they may be removed.</param>
    public void WatchWarm(Func<string, (IReadOnlyList<string> Shapes, long Bytes)> find, Func<string, bool, Task> remove) => (warmStatesOf, removeWarmStates) = (find, remove);

    /// <summary>Makes an image of a machine or of a distribution.</summary>
    /// <exception cref="VirtException">What the machine cannot, or the mirrors; InvalidArgument: it is of both.</exception>
    public async Task<VMImage> NewAsync(NewVMImage request, Call call)
    {
        if (request.Distribution.Length > 0 || request.Packages.Length + request.Mirrors.Length + request.Components.Length > 0)
        {
            if (request.Distribution.Length == 0 || request.VMName.Length > 0 || request.VMId != Guid.Empty)
            {
                throw new VirtException(ErrorCode.InvalidArgument, "InvalidImageSource", $"Cannot create VM image '{request.Name}': one of a VM and a distribution must be what it is made of, and packages, mirrors and components belong to a distribution.", request.Name, $"New-VMImage '{request.Name}' -Distribution bookworm");
            }

            await makeOfDistribution(request, call).ConfigureAwait(false);
            return call.WhatIf ? new VMImage { Name = request.Name, VirtualSizeBytes = request.SizeBytes } : Show(request.Name);
        }

        var name = await makeImage(request, call).ConfigureAwait(false);
        return call.WhatIf ? new VMImage { Name = name } : Show(name);
    }

    /// <summary>Makes an image of what an installer puts on an empty disk.</summary>
    /// <exception cref="VirtException">What the installer, or the request, is at fault with.</exception>
    public async Task<VMImage> InstallAsync(InstallVMImage request, Call call)
    {
        var name = await installImage(request, call).ConfigureAwait(false);
        return call.WhatIf ? new VMImage { Name = name } : Show(name);
    }

    /// <summary>Removes an image that no machine needs with its booted states, or these alone.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported; WrongState.</exception>
    public async Task<Nothing> RemoveAsync(RemoveVMImage request, Call call)
    {
        var image = request.WarmStatesOnly ? catalog.FindVm(request.Name, $"Cannot remove the booted states of VM image '{request.Name}'") : store.FindToRemove(request.Name);
        call.WorksOn(image.Name);
        await removeWarmStates(image.Name, call.WhatIf).ConfigureAwait(false);
        if (!call.WhatIf && !request.WarmStatesOnly)
        {
            await store.RemoveAsync(image).ConfigureAwait(false);
        }

        return new Nothing();
    }

    /// <summary>An image as Get-VMImage gives it.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public VMImage Show(string name) => Show(catalog.FindVm(name));

    /// <summary>The same; null: there is none.</summary>
    public VMImage? Find(string name) => catalog.HasVm(name) ? Show(name) : null;

    private VMImage Show(StoredImage<VmImageManifest> image)
    {
        var manifest = image.Manifest;
        var warm = warmStatesOf(image.Name);
        var disk = manifest.Disk is { } relative ? Path.Combine(image.Folder, relative) : null;
        return new VMImage
        {
            Name = image.Name,
            Description = manifest.Description,
            BootKind = manifest.Boot is null ? "disk" : "kernel",
            Architecture = manifest.Architecture,
            SizeBytes = image.SizeBytes,
            GuestAgent = manifest.GuestAgent,
            CloudInit = manifest.CloudInit,
            Format = disk is null ? "" : "qcow2",
            VirtualSizeBytes = disk is null ? 0 : Qcow2Header.SizeOf(disk),
            Source = manifest.Source,
            Checksum = manifest.Checksum,
            AddedTime = manifest.Added ?? new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(image.Folder, ImageCatalog.ManifestName)), TimeSpan.Zero),
            UsedBy = [.. store.UsersOf(image)],
            Path = image.Folder,
            Sealed = [.. manifest.Sealed],
            SealProblem = manifest.SealProblem,
            WarmStates = [.. warm.Shapes],
            WarmBytes = warm.Bytes,
            Disks = [.. disk is null ? [] : new[] { Show(disk, 0, VMControllerType.Virtio, isReadOnly: false) }, .. manifest.FurtherDisks.Select((further, index) => Show(Path.Combine(image.Folder, further.File), index + 1, further.Controller, further.IsReadOnly))],
        };
    }

    private static VMImageDisk Show(string path, int number, VMControllerType controller, bool isReadOnly) => new()
    {
        Name = FormattableString.Invariant($"disk{number}"),
        VirtualSizeBytes = Qcow2Header.SizeOf(path),
        SizeBytes = File.Exists(path) ? new FileInfo(path).Length : 0,
        ControllerType = controller,
        IsReadOnly = isReadOnly,
    };
}
