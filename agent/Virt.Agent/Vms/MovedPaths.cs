using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Where the files of the disks of a machine stand that comes from another host: a file of the same name, or the next free one, in the folder of its disk. Pure.</summary>
public sealed class MovedPaths
{
    private readonly Dictionary<string, string> paths = new(StringComparer.Ordinal);

    /// <summary>Chooses them.</summary>
    /// <param name="machine">What comes.</param>
    /// <param name="disks">Where its disks will be; empty: they are used where they are, and so is all that they stand on.</param>
    /// <param name="isTaken">Says whether something has a path already.</param>
    public MovedPaths(CheckMove machine, IReadOnlyList<string> disks, Func<string, bool> isTaken)
    {
        foreach (var (disk, path) in machine.Disks.Zip(disks))
        {
            paths[disk.Path] = path;
        }

        var chosen = disks.ToHashSet(StringComparer.Ordinal);
        foreach (var layer in machine.Files.Where(file => file.Kind == MoveFileKind.Layer && chosen.Count > 0))
        {
            var at = Array.FindIndex(machine.Disks, disk => disk.Drive == layer.Drive);
            var path = Free(Path.GetDirectoryName(disks[Math.Max(0, at)])!, Path.GetFileName(layer.Path), path => chosen.Contains(path) || isTaken(path));
            chosen.Add(path);
            paths[layer.Path] = path;
        }
    }

    /// <summary>A file's path here; what is not the machine's own has the same one.</summary>
    public string Of(string path) => paths.GetValueOrDefault(path, path);

    /// <summary>A disk with its paths here.</summary>
    public VmDisk Of(VmDisk disk) => disk with { Path = Of(disk.Path), Backing = [.. disk.Backing.Select(Of)] };

    /// <summary>A machine with the paths of its disks here.</summary>
    public VmSpec Of(VmSpec spec) => spec with
    {
        Disk = spec.Disk is { } disk ? Of(disk) : null,
        Drives = [.. spec.Drives.Select(drive => drive.Media is { } media ? drive with { Media = Of(media) } : drive)],
    };

    /// <summary>A checkpoint with the paths of what it keeps here.</summary>
    public VmCheckpointSpec Of(VmCheckpointSpec spec) => spec with
    {
        Machine = Of(spec.Machine),
        Disks = [.. spec.Disks.Select(disk => disk with { Layer = Of(disk.Layer), Below = [.. disk.Below.Select(Of)] })],
    };

    private VmDiskLayer Of(VmDiskLayer layer) => layer with { Path = Of(layer.Path) };

    private static string Free(string folder, string name, Func<string, bool> isTaken)
    {
        for (var number = 1; ; number++)
        {
            var path = Path.Combine(folder, number == 1 ? name : FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(name)}-{number}{Path.GetExtension(name)}"));
            if (!isTaken(path))
            {
                return path;
            }
        }
    }
}
