using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Build;
using Virt.Agent.Storage;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.VmImages.Make;

/// <summary>
/// New-VMImage -Distribution: a disk that a BIOS and UEFI both start, of a distribution's packages. All is made of files: no loop device is needed, and nothing is mounted but by mmdebstrap in its room (docs/adr/0034).
/// </summary>
/// <param name="store">Where it is put.</param>
/// <param name="rooms">Where it is made.</param>
/// <param name="architecture">The host's: <c>x64</c>, <c>arm64</c>.</param>
/// <param name="time">The clock.</param>
public sealed class DistributionImage(VmImageStore store, BuildRooms rooms, string architecture, TimeProvider time)
{
    private const string Kind = "VM image";
    private const long LeastSize = 2L << 30;
    private const long MostSize = 64L << 40;
    private const long Mebibyte = 1L << 20;

    // What the packages take: unpacked, on the disk, and on the disk again in its own form.
    private const long LeastRoom = 3L << 29;

    private readonly bool isArm = architecture == "arm64";

    /// <summary>Makes it.</summary>
    /// <returns>What it is.</returns>
    /// <exception cref="VirtException">As for <see cref="Bootstrap.RunAsync"/>; AlreadyExists; ResourceExhausted: the host's disk, or the image's.</exception>
    public async Task MakeAsync(NewVMImage request, Call call)
    {
        store.CheckFree("create", request.Name);
        var source = new DistributionSource(request.Distribution, request.Packages, request.Mirrors, request.Components);
        source.Check(Kind, request.Name, $"New-VMImage '{request.Name}'");
        Check(request);
        call.WorksOn(request.Name);
        var bootstrap = new Bootstrap(Kind, request.Name, source);
        var tools = new DiskTools(
            bootstrap.Find("mke2fs", "e2fsprogs"), bootstrap.Find("mformat", "mtools"), bootstrap.Find("mcopy", "mtools"), bootstrap.Find("qemu-img", "qemu-utils"));
        bootstrap.Find("mmdebstrap", "mmdebstrap");
        if (DiskFull.FreeBytes(rooms.Root) < LeastRoom)
        {
            throw NoRoom(request.Name);
        }

        if (!call.WhatIf)
        {
            await MakeAsync(request, bootstrap, tools, call).ConfigureAwait(false);
        }
    }

    private async Task MakeAsync(NewVMImage request, Bootstrap bootstrap, DiskTools tools, Call call)
    {
        using var room = rooms.Open();
        var disk = new SystemDisk(request.SizeBytes, isArm);
        var root = Path.Combine(room.Folder, "root");
        var script = Path.Combine(room.Folder, "fit-out");
        await File.WriteAllTextAsync(script, FitOut.Script(disk, request.HostName), call.Cancellation).ConfigureAwait(false);
        Report("asking for its packages", 1);

        // The name of the room is a number: nothing in the path needs quotes.
        await bootstrap.RunAsync(room, "directory", root, FitOut.Packages(isArm, request.Packages), [$"chroot \"$1\" /bin/sh -s < {script}"], (step, percent) => Report(step, percent * 85 / 100), call).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmImageFaults.Bootstrapped, call.Cancellation).ConfigureAwait(false);
        var manifest = Describe(request, root);

        Report("writing its disk", 86);
        var raw = Path.Combine(room.Folder, "disk.raw");
        await new DiskWriter(room.Tools, tools, disk, request.Name).WriteAsync(root, raw, call.Cancellation).ConfigureAwait(false);
        FileTree.Delete(root);
        await FaultPoint.ReachAsync(VmImageFaults.DiskMade, call.Cancellation).ConfigureAwait(false);

        Report("writing its disk", 93);
        using var arrival = store.Begin(request.Name);
        try
        {
            await new QemuImg(room.Tools, tools.QemuImg).FlattenAsync(raw, "raw", arrival.Disk, call.Cancellation).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw e.Problem == DiskProblem.NoSpace ? NoRoom(request.Name) : new VirtException(ErrorCode.Internal, "ImageBuildFailed", $"Cannot create {Kind} '{request.Name}': its disk cannot be written ({e.Detail.TrimEnd('.')}).", request.Name, "df -h", e);
        }

        await arrival.CommitAsync("create", manifest).ConfigureAwait(false);

        void Report(string step, int percent) => call.Report($"Making VM image '{request.Name}'", step, percent);
    }

    private VmImageManifest Describe(NewVMImage request, string root)
    {
        var release = File.ReadAllLines(Path.Combine(root, "usr/lib/os-release"));
        var system = release.FirstOrDefault(static line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?["PRETTY_NAME=".Length..].Trim('"') ?? request.Distribution;
        var own = request.Packages.Length == 0 ? "" : " with " + string.Join(", ", request.Packages);
        return new VmImageManifest
        {
            Description = request.Description.Length > 0 ? request.Description : system + own,
            Architecture = architecture,
            GuestAgent = true,
            CloudInit = Directory.Exists(Path.Combine(root, "etc/cloud")),
            Source = $"mmdebstrap {request.Distribution}",
            Added = time.GetUtcNow(),
            Sealed = ["machine-id", .. Directory.Exists(Path.Combine(root, "etc/ssh")) ? new[] { "ssh-host-keys" } : []],
            Disk = VmImageStore.DiskName,
        };
    }

    private static void Check(NewVMImage request)
    {
        if (request.SizeBytes is < LeastSize or > MostSize || request.SizeBytes % Mebibyte != 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidDiskSize", $"Cannot create {Kind} '{request.Name}': its disk is {ByteText.Of(request.SizeBytes)}; {ByteText.Of(LeastSize)} to {ByteText.Of(MostSize)}, in whole megabytes, are allowed.", request.Name, $"New-VMImage '{request.Name}' -Distribution {request.Distribution} -SizeBytes 8GB");
        }

        // hostname(7): labels of letters, digits and dashes, 64 letters on Linux.
        if (request.HostName.Length > 64 || (request.HostName.Length > 0 && !request.HostName.Split('.').All(static label => label.Length > 0 && char.IsAsciiLetterOrDigit(label[0]) && char.IsAsciiLetterOrDigit(label[^1]) && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidHostName", $"Cannot create {Kind} '{request.Name}': '{request.HostName}' is no host name: at most 64 letters, digits and dashes, with dots between parts that begin and end with a letter or digit.", request.Name, $"New-VMImage '{request.Name}' -Distribution {request.Distribution} -HostName web");
        }
    }

    internal static VirtException NoRoom(string name) =>
        new(ErrorCode.ResourceExhausted, "ImageBuildDiskFull", $"Cannot create {Kind} '{name}': the host has no room left for it; about {ByteText.Of(LeastRoom)} are needed while it is made.", name, "df -h");
}
