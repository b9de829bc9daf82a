using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.VmImages;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Registries.VmImages;

/// <summary>
/// Save-VMImage: finds out where an image is, lets it come into a file of its own that is gone on with after a break, verifies it, and gives it its name. Whatever ends the agent leaves the image or, of what has come, only
/// that file.
/// </summary>
/// <param name="http">The connections.</param>
/// <param name="store">Where it goes.</param>
/// <param name="images">Shows what there is.</param>
/// <param name="disks">Examines what has come.</param>
/// <param name="partial">The folder of what is on its way.</param>
/// <param name="own">The host's CPU: <c>x64</c> or <c>arm64</c>.</param>
/// <param name="time">The clock.</param>
public sealed class VmImageSaves(RegistryHttp http, VmImageStore store, VmImageService images, QemuImg disks, string partial, string own, TimeProvider time)
{
    private const string Verb = "save";
    private const long SpaceReserve = 256L << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly KeyedLock locks = new();

    /// <summary>Gets an image. One that is there with the same checksum is not fetched again.</summary>
    /// <exception cref="VirtException">InvalidArgument; AlreadyExists; NotFound; Unavailable (the server); DataLoss (what came); NotSupported (its format); ResourceExhausted.</exception>
    public async Task<VMImage> SaveAsync(SaveVMImage request, Call call)
    {
        var name = request.Name;
        VmImageName.Check(Verb, name);
        var architecture = request.Architecture switch
        {
            VMArchitecture.Host => own,
            VMArchitecture.X64 => "x64",
            VMArchitecture.Arm64 => "arm64",
            _ => throw new VirtException(ErrorCode.InvalidArgument, "InvalidArchitecture", $"Cannot {Verb} VM image '{name}': this agent knows no architecture {request.Architecture}.", name, $"Save-VMImage {name} -Architecture Arm64"),
        };
        call.WorksOn(name);
        var server = new ImageServer(http, name);
        var source = await new VmImageSearch(server, request, architecture).FindAsync(call.Cancellation).ConfigureAwait(false);
        if (images.Find(name) is { } present && present.Checksum == source.Checksum.ToString() && present.Architecture == architecture)
        {
            return present;
        }

        store.CheckFree(Verb, name);
        var manifest = new VmImageManifest
        {
            Description = request.Description.Length > 0 ? request.Description : source.Description,
            Architecture = architecture,
            GuestAgent = request.GuestAgent,
            CloudInit = true,
            Source = source.Uri.AbsoluteUri,
            Checksum = source.Checksum.ToString(),
            Added = time.GetUtcNow(),
            Disk = VmImageStore.DiskName,
        };
        if (call.WhatIf)
        {
            return new VMImage { Name = name, Description = manifest.Description, Architecture = architecture, SizeBytes = source.Size, Source = manifest.Source, Checksum = manifest.Checksum };
        }

        try
        {
            await SaveAsync(server, source, manifest, name, call).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw ImageServerErrors.Make(name, ErrorCode.ResourceExhausted, "VMImageNotWritten", $"it cannot be written ({e.Message.TrimEnd('.')})", "df -h", e);
        }

        return images.Show(name);
    }

    private async Task SaveAsync(ImageServer server, VmImageSource source, VmImageManifest manifest, string name, Call call)
    {
        // By its checksum: the same file may be had elsewhere, or go by another name.
        var key = SHA256.HashData(Encoding.ASCII.GetBytes(source.Checksum.ToString()));
        var path = Path.Combine(partial, "vm-" + Convert.ToHexStringLower(key));
        using var held = await locks.EnterAsync(new Guid(key.AsSpan(0, 16)), call.Cancellation).ConfigureAwait(false);
        await FetchAsync(server, source, path, name, call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmImageFaults.Verified, call.Cancellation).ConfigureAwait(false);
        using var arrival = store.Begin(name);
        call.Report($"Saving VM image '{name}'", "checking its disk");
        await TakeAsync(path, arrival, name, call).ConfigureAwait(false);
        await arrival.CommitAsync(Verb, manifest).ConfigureAwait(false);
        File.Delete(path);
    }

    private async Task FetchAsync(ImageServer server, VmImageSource source, string path, string name, Call call)
    {
        await using var file = await PartialFile.OpenAsync(path, source.Checksum, call.Cancellation).ConfigureAwait(false);
        for (var isContinued = file.Length > 0; ; isContinued = false)
        {
            await DownloadAsync(server, source, file, name, call).ConfigureAwait(false);
            await FaultPoint.ReachAsync(VmImageFaults.Read, call.Cancellation).ConfigureAwait(false);
            var found = file.HexOfAll();
            if (found == source.Checksum.Hex)
            {
                return;
            }

            // What was there may have been of another file that stood there before.
            file.Restart();
            if (!isContinued)
            {
                File.Delete(path);
                throw ImageServerErrors.Make(name, ErrorCode.DataLoss, "DigestMismatch", $"what server '{source.Uri.Authority}' gave has the checksum '{source.Checksum.Algorithm}:{found}'; '{source.Checksum}' is required", $"curl --head '{source.Uri}'");
            }
        }
    }

    private async Task DownloadAsync(ImageServer server, VmImageSource source, PartialFile file, string name, Call call)
    {
        var activity = $"Saving VM image '{name}'";
        var rate = new TransferRate(time);
        var (total, before, reported) = (source.Size, file.Length, (long?)null);
        var wasEmpty = before == 0;
        if (total > 0 && before == total)
        {
            return;
        }

        await server.DownloadAsync(source.Uri, file, Begin, CameAsync, call.Cancellation).ConfigureAwait(false);

        void Begin(long? size)
        {
            total = size ?? source.Size;
            before = Math.Min(before, file.Length);
            if (DiskFull.FreeBytes(partial) is var free && free < total - file.Length + SpaceReserve)
            {
                throw ImageServerErrors.Make(name, ErrorCode.ResourceExhausted, "NoSpaceForImage", FormattableString.Invariant($"'{partial}' has {free >> 20} MiB free; {(total - file.Length + SpaceReserve) >> 20} MiB are required"), "df -h");
            }
        }

        async ValueTask CameAsync()
        {
            if (wasEmpty)
            {
                wasEmpty = false;
                await FaultPoint.ReachAsync(VmImageFaults.Begun, call.Cancellation).ConfigureAwait(false);
            }

            rate.Note(Math.Max(0, file.Length - before));
            if (reported is { } last && time.GetElapsedTime(last) < Interval && file.Length != total)
            {
                return;
            }

            reported = time.GetTimestamp();
            call.Report(
                activity,
                total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{file.Length >> 20} of {total >> 20} MB") : string.Create(CultureInfo.InvariantCulture, $"{file.Length >> 20} MB"),
                total > 0 ? (int)Math.Min(100, 100 * file.Length / total) : null,
                total > 0 ? rate.TimeFor(total - file.Length) : null,
                rate.BytesPerSecond);
        }
    }

    // What has come is what its maker has made; who that is may be anybody. An image that stands on another file would make QEMU read that, whatever it is.
    private async Task TakeAsync(string path, VmImageArrival arrival, string name, Call call)
    {
        var format = VmImageFormat.Read(path);
        if (format.Format is null)
        {
            File.Delete(path);
            throw ImageServerErrors.Make(name, ErrorCode.NotSupported, "ImageFormatNotSupported", $"what came is {format.What}; a qcow2 image or a raw disk is required", $"Get-Help Save-VMImage -Examples");
        }

        try
        {
            if (format.Format == "raw")
            {
                await disks.ConvertAsync(path, "raw", arrival.Disk, "qcow2", [], null, call.Cancellation).ConfigureAwait(false);
                return;
            }

            var size = Qcow2Header.SizeOf(path);
            if (size <= 0 || !Qcow2Header.IsWhole(path, size) || await disks.CheckAsync(path, "qcow2", isRepairing: false, call.Cancellation).ConfigureAwait(false) is not { IsSound: true })
            {
                File.Delete(path);
                throw ImageServerErrors.Make(name, ErrorCode.DataLoss, "ImageDamaged", "what came is no sound qcow2 image that stands on nothing", $"Get-Help Save-VMImage -Examples");
            }

            File.Move(path, arrival.Disk);
        }
        catch (DiskException e)
        {
            throw ImageServerErrors.Make(name, e.Problem == DiskProblem.NoSpace ? ErrorCode.ResourceExhausted : ErrorCode.DataLoss, e.Problem == DiskProblem.NoSpace ? "NoSpaceForImage" : "ImageDamaged", $"its disk cannot be used ({e.Detail.TrimEnd('.')})", "df -h", e);
        }
    }
}
