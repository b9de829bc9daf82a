using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.VmImages;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>New-VMImage: the disks are copied whole into a folder that is no image yet, a throw-away QEMU makes the copy forget whose it was, and then the folder gets its name. The machine itself stays as it is.</summary>
public sealed partial class VmService
{
    private const string ImageVerb = "make an image of";

    /// <summary>Makes an image of a machine that is off.</summary>
    /// <returns>The image's name.</returns>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument; AlreadyExists; NotSupported (no disk); ResourceExhausted; Unavailable or Timeout (the copy's guest).</exception>
    public async Task<string> NewImageAsync(NewVMImage request, VmImageStore store, Call call)
    {
        store.CheckFree("create", request.Name);
        var entry = Find(ImageVerb, request.VMId, request.VMName);
        call.WorksOn(request.Name);
        using var arrival = await CopyToImageAsync(entry, request, store, call).ConfigureAwait(false);
        if (arrival is null)
        {
            return request.Name;
        }

        await FaultPoint.ReachAsync(VmImageFaults.Copied, call.Cancellation).ConfigureAwait(false);
        var source = SourceOf(entry);
        var manifest = await DescribeImageAsync(entry, source, request, arrival).ConfigureAwait(false);
        if (!request.NoSeal)
        {
            var done = await SealAsync(entry, arrival, request.Timeout, call).ConfigureAwait(false);
            manifest = manifest with { Sealed = [.. done], GuestAgent = true, CloudInit = manifest.CloudInit || done.Contains(SealScript.CloudInit) };
            await FaultPoint.ReachAsync(VmImageFaults.Sealed, call.Cancellation).ConfigureAwait(false);
        }

        await CheckNewImageAsync(entry, arrival, 1 + manifest.FurtherDisks.Count, call).ConfigureAwait(false);
        await arrival.CommitAsync("create", manifest).ConfigureAwait(false);
        return request.Name;
    }

    // Under the machine's lock: nobody starts it while its disk is read. Null: it was only to be checked.
    private async Task<VmImageArrival?> CopyToImageAsync(VmEntry entry, NewVMImage request, VmImageStore store, Call call)
    {
        using var held = await LockAsync(ImageVerb, entry, call).ConfigureAwait(false);
        VmStates.CheckNewImage(entry.Name, entry.State);
        if (entry.Spec.Disk is not { } disk)
        {
            throw new VirtException(ErrorCode.NotSupported, "VMHasNoDisk", $"Cannot {ImageVerb} VM '{entry.Name}': it has no disk.", entry.Name, $"Get-VM -Name {entry.Name}");
        }

        CheckLease(ImageVerb, entry, isWhatIf: true);
        IReadOnlyList<VmDisk> all = [disk, .. DisksForImage(entry).Select(static drive => drive.Media!)];
        CheckSpaceToFlatten(ImageVerb, entry.Name, all.SelectMany(LayersOf).Sum(static layer => SizeOf(layer.Path)), store.Root);
        if (call.WhatIf)
        {
            return null;
        }

        var arrival = store.Begin(request.Name);
        try
        {
            foreach (var (one, number) in all.Select(static (one, number) => (one, number)))
            {
                await FlattenAsync(ImageVerb, entry.Name, LayersOf(one), arrival.DiskOf(number), $"Making VM image '{request.Name}'", call).ConfigureAwait(false);
            }

            if (NvramOf(entry, null) is { } variables)
            {
                UefiVariables.Copy(variables, Path.Combine(arrival.Folder, VmImageStore.NvramName));
            }

            return arrival;
        }
        catch
        {
            arrival.Dispose();
            throw;
        }
    }

    private static IReadOnlyList<VmDiskLayer> LayersOf(VmDisk disk) => [new VmDiskLayer(disk.Path, disk.Format), .. disk.Backing];

    // Those beside its first; what is in a DVD drive is none of its own.
    private static IEnumerable<VmDrive> DisksForImage(VmEntry entry) => entry.Spec.Drives.Where(static drive => drive is { Type: VMDriveType.HardDisk, Media: not null });

    // What it was made from, as far as that is there still.
    private StoredImage<VmImageManifest>? SourceOf(VmEntry entry) =>
        entry.Spec.Image is { } name && images.HasVm(name) ? images.FindVm(name) : null;

    private async Task<VmImageManifest> DescribeImageAsync(VmEntry entry, StoredImage<VmImageManifest>? source, NewVMImage request, VmImageArrival arrival)
    {
        var boot = KernelOf(ImageVerb, entry.Name, entry.Spec) is { } kernel ? await CopyKernelAsync(kernel, arrival).ConfigureAwait(false) : null;
        return new VmImageManifest
        {
            Description = request.Description.Length > 0 ? request.Description : source?.Manifest.Description ?? "",
            Architecture = CpuOf(entry.Spec),
            GuestAgent = source is { Manifest.GuestAgent: true },
            CloudInit = source is { Manifest.CloudInit: true } || entry.Spec.Seed is not null,
            Boot = boot,
            Source = $"VM '{entry.Name}'",
            Added = time.GetUtcNow(),
            Disk = VmImageStore.DiskName,
            FurtherDisks = [.. DisksForImage(entry).Select(static (drive, index) => new VmImageDisk { File = VmImageStore.DiskNameOf(index + 1), Controller = drive.Controller, IsReadOnly = drive.IsReadOnly, IsIndependent = drive.IsIndependent })],
            Nvram = File.Exists(Path.Combine(arrival.Folder, VmImageStore.NvramName)) ? VmImageStore.NvramName : null,
        };
    }

    // So that the new image needs no other one.
    private static async Task<VmBoot> CopyKernelAsync(StoredImage<VmImageManifest> image, VmImageArrival arrival)
    {
        var boot = image.Manifest.Boot!;
        return new VmBoot
        {
            Kernel = (await CopyAsync(boot.Kernel, "kernel").ConfigureAwait(false))!,
            PvhKernel = await CopyAsync(boot.PvhKernel, "kernel.pvh").ConfigureAwait(false),
            Initrd = await CopyAsync(boot.Initrd, "initrd").ConfigureAwait(false),
            CommandLine = boot.CommandLine,
        };

        async Task<string?> CopyAsync(string? relative, string name)
        {
            if (relative is not null)
            {
                await Task.Run(() => File.Copy(image.PathOf(relative), Path.Combine(arrival.Folder, name))).ConfigureAwait(false);
            }

            return relative is null ? null : name;
        }
    }

    private async Task CheckNewImageAsync(VmEntry entry, VmImageArrival arrival, int count, Call call)
    {
        try
        {
            foreach (var path in Enumerable.Range(0, count).Select(arrival.DiskOf))
            {
                if (await disks.CheckAsync(path, "qcow2", isRepairing: false, call.Cancellation).ConfigureAwait(false) is not { IsSound: true })
                {
                    throw new DiskException(DiskProblem.Damaged, path, "its tables are corrupt");
                }
            }
        }
        catch (DiskException e)
        {
            throw VmErrors.Disk(ImageVerb, entry.Name, e);
        }
    }
}
