using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.VmImages.Make;

/// <summary>Writes the disk of a distribution's image into a file, which stays as small as what stands on it.</summary>
/// <param name="runner">Runs the programs.</param>
/// <param name="tools">Which they are.</param>
/// <param name="disk">Where what stands on it.</param>
/// <param name="name">The image, for errors.</param>
internal sealed class DiskWriter(IToolRunner runner, DiskTools tools, SystemDisk disk, string name)
{
    /// <summary>Writes it.</summary>
    /// <param name="root">The root; what is below boot/efi there becomes the ESP's, and is taken away.</param>
    /// <param name="path">The file; there must be nothing there.</param>
    /// <param name="cancellation">Stops it; half a file may be left.</param>
    /// <exception cref="VirtException">ResourceExhausted: the image's disk is too small for its packages, or the host has no room. InvalidArgument: a program fails.</exception>
    public async Task WriteAsync(string root, string path, CancellationToken cancellation)
    {
        await using (var file = File.Create(path))
        {
            file.SetLength(disk.SizeBytes);
        }

        await WriteEspAsync(Path.Combine(root, "boot/efi/EFI"), path, cancellation).ConfigureAwait(false);
        await RunAsync(
            tools.Mke2fs,
            [
                "-q", "-F", "-t", "ext4", "-L", "root", "-U", disk.RootId.ToString("D"), "-m", "1", "-d", root,
                "-E", Text($"offset={SystemDisk.RootOffset},root_owner=0:0,lazy_itable_init=0,nodiscard"),
                path, Text($"{disk.RootBytes / 1024}k"),
            ],
            cancellation).ConfigureAwait(false);
        await WriteTableAsync(root, path).ConfigureAwait(false);
    }

    private async Task WriteEspAsync(string files, string path, CancellationToken cancellation)
    {
        // mtools(1): a file system at an offset in a file.
        var place = Text($"{path}@@{SystemDisk.EspOffset}");
        await RunAsync(tools.Mformat, ["-i", place, "-T", Text($"{SystemDisk.EspSectors}"), "-h", "255", "-s", "63", "-F", "-N", disk.EspId, "-v", "ESP", "::"], cancellation).ConfigureAwait(false);
        await RunAsync(tools.Mcopy, ["-i", place, "-s", "-Q", files, "::"], cancellation).ConfigureAwait(false);
        FileTree.Delete(files);
    }

    private async Task WriteTableAsync(string root, string path)
    {
        await using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        if (Path.Combine(root, FitOut.GrubFolder) is var grub && Directory.Exists(grub))
        {
            GrubCore.Write(file, await File.ReadAllBytesAsync(Path.Combine(grub, "boot.img")).ConfigureAwait(false), await File.ReadAllBytesAsync(Path.Combine(grub, "core.img")).ConfigureAwait(false), SystemDisk.Core.First, SystemDisk.Core.Count);
        }

        GuidPartitionTable.Write(file, Guid.NewGuid(), disk.Partitions);
    }

    private async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var result = await runner.RunAsync(program, arguments, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.ExitCode == 0)
        {
            return;
        }

        // mke2fs(8): the file system, not the host's disk, has no block left.
        if (result.Error.Contains("Could not allocate", StringComparison.Ordinal))
        {
            throw new VirtException(ErrorCode.ResourceExhausted, "ImageDiskTooSmall", $"Cannot create VM image '{name}': its packages do not fit on a disk of {ByteText.Of(disk.SizeBytes)}.", name, $"-SizeBytes {disk.SizeBytes * 2 >> 30}GB");
        }

        throw result.Error.Contains("No space left", StringComparison.Ordinal)
            ? DistributionImage.NoRoom(name)
            : new VirtException(ErrorCode.InvalidArgument, "ImageBuildFailed", $"Cannot create VM image '{name}': {Path.GetFileName(program)} ended with {result.ExitCode} ({result.LastErrorLine.TrimEnd('.')}).", name, $"{Path.GetFileName(program)} --help");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
