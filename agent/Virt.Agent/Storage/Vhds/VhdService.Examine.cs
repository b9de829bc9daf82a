using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>What a disk image is. Its content alone never decides how it is read, nor which other files are: a guest may have written that content.</content>
public sealed partial class VhdService
{
    private const int DeepestChain = 100;

    /// <exception cref="VirtException">DataLoss; Conflict; InvalidArgument: its name does not say what it is.</exception>
    private async Task<VhdImage> ExamineAsync(string verb, string path, CancellationToken cancellation)
    {
        try
        {
            var found = users.Find(path);
            var info = await ReadAsync(verb, path, path, found, null, cancellation).ConfigureAwait(false);
            var parents = new List<(string Path, DiskInfo Info)>();
            var missing = await FindParentsAsync(verb, path, info, parents, cancellation).ConfigureAwait(false);
            var format = VhdFormats.OfName(info.Format);
            return format == VHDFormat.Unknown
                ? throw VhdErrors.NotSupported(verb, path, "DiskFormatNotSupported", $"its format is {info.Format}; {VhdFormats.Known} are known", $"qemu-img convert -O qcow2 '{path}' '{Path.ChangeExtension(path, ".qcow2")}'")
                : new VhdImage(path, format, info, found, parents, missing) { Type = TypeOf(path, format, info) };
        }
        catch (DiskException e)
        {
            throw VhdErrors.From(verb, path, e);
        }
    }

    // Gives the first that is not there.
    private async Task<string?> FindParentsAsync(string verb, string path, DiskInfo info, List<(string Path, DiskInfo Info)> parents, CancellationToken cancellation)
    {
        for (var above = info; above.BackingPath is { } next; above = parents[^1].Info)
        {
            if (!next.StartsWith('/') || FileIdentity.Read(next) is not { IsRegular: true })
            {
                return next;
            }

            if (next == path || parents.Count == DeepestChain || parents.Any(parent => parent.Path == next))
            {
                throw new DiskException(DiskProblem.Damaged, path, $"it stands on itself, by '{next}'");
            }

            parents.Add((next, await ReadAsync(verb, path, next, users.Find(next), above.BackingFormat, cancellation).ConfigureAwait(false)));
        }

        return null;
    }

    // The format is the one that a machine knows, or that the name says; where neither is, the content may say so only if that makes it no more than itself.
    private async Task<DiskInfo> ReadAsync(string verb, string subject, string path, IReadOnlyList<VhdUser> found, string? noted, CancellationToken cancellation)
    {
        if (found.Count > 0 && found[0].Format.Length > 0)
        {
            return await disks.InfoAsync(path, found[0].Format, cancellation).ConfigureAwait(false);
        }

        var named = VhdFormats.OfPath(path);
        if (named != VHDFormat.Unknown && !VhdFormats.IsVague(path))
        {
            return await disks.InfoAsync(path, VhdFormats.NameOf(named), cancellation).ConfigureAwait(false);
        }

        var info = noted is null ? await disks.InfoAsync(path, inUse: true, cancellation).ConfigureAwait(false) : await disks.InfoAsync(path, noted, cancellation).ConfigureAwait(false);
        var isUnclear = info.Format == "raw" ? named == VHDFormat.Unknown : info.BackingPath is not null || HasParts(path, info);
        return isUnclear && !paths.Images.Any(folder => IsInside(path, folder))
            ? throw VhdErrors.Invalid(
                verb,
                subject,
                "DiskFormatUnclear",
                $"the name {(path == subject ? "" : $"of '{path}' below it ")}does not say in which format it is, and its content, which a guest may have written, is not believed; {VhdFormats.Known} say it",
                $"mv '{path}' '{path}.{(info.Format == "raw" ? "raw" : info.Format)}'")
            : info;
    }

    private static bool HasParts(string path, DiskInfo info) => info.OtherFiles.Any(file => Path.GetFullPath(file, Path.GetDirectoryName(path)!) != path);

    private static VHDType TypeOf(string path, VHDFormat format, DiskInfo info) => format switch
    {
        _ when info.BackingPath is not null => VHDType.Differencing,
        VHDFormat.Vmdk => HasParts(path, info) ? VHDType.Fixed : VHDType.Dynamic,
        VHDFormat.Vhd => IsFixedVhd(path) ? VHDType.Fixed : VHDType.Dynamic,
        VHDFormat.Vhdx => new FileInfo(path).Length >= info.SizeBytes ? VHDType.Fixed : VHDType.Dynamic,
        _ => info.AllocatedBytes >= info.SizeBytes ? VHDType.Fixed : VHDType.Dynamic,
    };

    // The footer is the last sector, the type a big-endian number at 60 in it. Source: Virtual Hard Disk Image Format Specification.
    private static bool IsFixedVhd(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> footer = stackalloc byte[512];
        return RandomAccess.Read(file, footer, Math.Max(0, RandomAccess.GetLength(file) - footer.Length)) == footer.Length && footer[..8].SequenceEqual("conectix"u8) && footer[63] == 2;
    }

    // Everything that reads an image as a whole wants this first: QEMU reads zeros where a file was cut off.
    private async Task CheckSoundAsync(string verb, VhdImage image, CancellationToken cancellation)
    {
        if (image.MissingParent is { } missing)
        {
            throw VhdErrors.NoParent(verb, image.Path, missing);
        }

        if (image.Info.IsEncrypted)
        {
            throw VhdErrors.NotSupported(verb, image.Path, "DiskEncrypted", "it is encrypted, and nobody here has its key", "qemu-img convert --object secret,...");
        }

        if (HasParts(image.Path, image.Info))
        {
            throw VhdErrors.NotSupported(verb, image.Path, "DiskHasParts", $"parts of it are in other files ({string.Join(", ", image.Info.OtherFiles)}); one that is whole by itself is required", $"qemu-img convert -O qcow2 '{image.Path}' '{Path.ChangeExtension(image.Path, ".qcow2")}'");
        }

        try
        {
            foreach (var (path, info) in image.Parents.Prepend((image.Path, image.Info)))
            {
                var check = await disks.CheckAsync(path, info.Format, isRepairing: false, cancellation).ConfigureAwait(false);
                if (info.IsMarkedCorrupt || check is { IsSound: false })
                {
                    throw new DiskException(DiskProblem.Damaged, path, check is { IsSound: false } ? FormattableString.Invariant($"{check.Corruptions} of its tables' entries are wrong, or the file was cut off") : "QEMU has marked it so");
                }
            }
        }
        catch (DiskException e)
        {
            throw VhdErrors.From(verb, image.Path, e);
        }
    }

    private static VHD Show(VhdImage image)
    {
        // A machine that writes it comes before those that only stand on it.
        var user = image.Users.OrderBy(static user => user.Use).FirstOrDefault();
        var holder = user is { IsOff: false } ? default : HolderOf(image.Path);
        return new VHD
        {
            Path = image.Path,
            Format = image.Format,
            Type = image.Type,
            SizeBytes = image.Info.SizeBytes,
            FileSizeBytes = image.Info.AllocatedBytes,
            ParentPath = image.Info.BackingPath ?? "",
            Chain = [.. image.Parents.Select(static parent => parent.Path), .. image.MissingParent is { } missing ? [missing] : Array.Empty<string>()],
            BlockSizeBytes = image.Info.BlockBytes,
            Attached = user is not null || holder.Id != 0,
            VMName = user?.Name ?? "",
            VMId = user?.Id ?? Guid.Empty,
            HolderProcessId = holder.Id,
            HolderName = holder.Name ?? "",
            IsCorrupt = image.Info.IsMarkedCorrupt,
        };
    }

    // To look through all processes takes long; the lock says whether there is one to be found.
    private static (int Id, string Name, bool IsLocking) HolderOf(string path)
    {
        try
        {
            return ImageLock.IsHeld(path) ? Linux.Processes.FileHolders.Find(path).FirstOrDefault(static holder => holder.IsLocking) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
