using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Vms.Archives;

/// <summary>The archives that make one machine together: a whole one, then those that hold what has changed since, each since the moment of the one before it. Pure.</summary>
internal static class VmArchiveChain
{
    /// <summary>Puts them in their order, the whole one first and the one to be imported last.</summary>
    /// <param name="last">The one to be imported.</param>
    /// <param name="bases">Those that it may stand on, in any order.</param>
    /// <exception cref="VirtException">InvalidArgument: one is missing, does not fit, or is not needed.</exception>
    public static IReadOnlyList<VmArchivePart> Of(VmArchivePart last, IReadOnlyList<VmArchivePart> bases)
    {
        var parts = new List<VmArchivePart> { last };
        var left = bases.ToList();
        while (parts[0].Archive.Since is { } since)
        {
            var below = left.Find(part => part.Archive.Checkpoint == since && part.Archive.Id == last.Archive.Id) ?? throw Missing(last, parts[0]);
            if (!HasDisksOf(below.Archive, parts[0].Archive))
            {
                throw Bad(last, "BaseDoesNotFit", $"'{below.Path}' has other disks than '{parts[0].Path}'", $"Get-Content '{below.Path}/{VmArchiveFiles.Manifest}'");
            }

            left.Remove(below);
            parts.Insert(0, below);
        }

        return left.Count == 0 ? parts : throw Bad(last, "BaseNotNeeded", $"it does not stand on '{left[0].Path}'", $"Import-VM '{last.Path}'{(parts.Count > 1 ? $" -BasePath '{parts[0].Path}'" : "")}");
    }

    // Disks may have grown since.
    private static bool HasDisksOf(VmArchive below, VmArchive above) => (below.DiskSizeBytes > 0, below.FurtherDisks.Count) == (above.DiskSizeBytes > 0, above.FurtherDisks.Count);

    private static VirtException Missing(VmArchivePart last, VmArchivePart part) => Bad(
        last,
        "BaseRequired",
        $"{(part == last ? "it" : $"'{part.Path}'")} holds only what has changed since checkpoint '{part.Archive.SinceName}' of VM '{part.Archive.Name}', and the archive of that, as Export-VMCheckpoint writes it, is not among its bases",
        $"Import-VM '{last.Path}' -BasePath /srv/{part.Archive.Name}-{part.Archive.SinceName}");

    private static VirtException Bad(VmArchivePart last, string id, string why, string action) => new(ErrorCode.InvalidArgument, id, $"Cannot import '{last.Path}': {why}.", last.Path, action);
}
