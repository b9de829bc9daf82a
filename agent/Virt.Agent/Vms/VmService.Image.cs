using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Agent.Images;

namespace Virt.Agent.Vms;

/// <summary>The images that machines are made from.</summary>
public sealed partial class VmService
{
    /// <summary>The names of the machines that need an image: its kernel is started, or a disk of theirs, or of one of their checkpoints, stands on its own.</summary>
    public IReadOnlyList<string> UsersOf(StoredImage<VmImageManifest> image) =>
        UsersOf(image.Folder, spec => spec.StartsKernel != false && image.Name.Equals(spec.Image, StringComparison.OrdinalIgnoreCase));

    // Whose disks stand on what is below a folder, or who needs it for something else.
    private IReadOnlyList<string> UsersOf(string root, Func<VmSpec, bool> isOtherUse)
    {
        var folder = root + Path.DirectorySeparatorChar;
        return [.. entries.Values.Where(IsUser).Select(static entry => entry.Name).Order(StringComparer.OrdinalIgnoreCase)];

        bool IsUser(VmEntry entry) => CheckpointsOf(entry).Select(static checkpoint => checkpoint.Spec.Machine).Append(entry.Spec).Any(Needs)
            || CheckpointsOf(entry).SelectMany(static checkpoint => checkpoint.Spec.Disks).SelectMany(static disk => disk.Below).Any(IsIn);
        bool Needs(VmSpec spec) => isOtherUse(spec) || spec.Images().Any(disk => IsBelow(disk.Path) || disk.Backing.Any(IsIn));
        bool IsIn(VmDiskLayer layer) => IsBelow(layer.Path);
        bool IsBelow(string path) => path.StartsWith(folder, StringComparison.Ordinal);
    }

    // The image whose kernel a machine starts; null: its firmware starts what its disk has.
    private StoredImage<VmImageManifest>? KernelOf(string verb, string name, VmSpec spec) =>
        spec is { Image: { } image, StartsKernel: not false } && images.FindVm(image, $"Cannot {verb} VM '{name}'") is { Manifest.Boot: not null } found ? found : null;
}
