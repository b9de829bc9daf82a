using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Linux.Files;

namespace Virt.Agent.Containers;

/// <summary>From what overlayfs has written for a container to what belongs into a layer.</summary>
internal static class LayerTree
{
    /// <summary>
    /// Takes away what the launch wrote and the work did not touch, and folders that are only there because something in them was looked at or written and
    /// is no more: what is left is what the work has changed.
    /// </summary>
    /// <param name="upper">The folder.</param>
    /// <param name="launched">What was in it before the work.</param>
    /// <param name="lowers">What it lies over, the uppermost first.</param>
    /// <returns>What is left.</returns>
    public static IReadOnlyList<TreeEntry> Clean(string upper, IReadOnlyList<TreeEntry> launched, IReadOnlyList<string> lowers)
    {
        var before = launched.ToDictionary(e => (e.Inode, Name: Convert.ToHexString(e.Name.Span)));

        // What is in a folder comes before the folder.
        foreach (var entry in FileTree.Entries(upper).Reverse())
        {
            var isLaunched = before.TryGetValue((entry.Inode, Convert.ToHexString(entry.Name.Span)), out var then);
            var isNothing = entry.IsFolder
                ? isLaunched || IsOnlyWayDown(upper, entry, lowers)
                : isLaunched && then!.ChangedNanoseconds == entry.ChangedNanoseconds;
            if (isNothing)
            {
                FileTree.TryDelete(upper, entry);
            }
        }

        return FileTree.Entries(upper);
    }

    /// <summary>What of a tree was changed, without the files that each start writes.</summary>
    public static ContainerWrites Count(string upper)
    {
        var count = 0;
        long bytes = 0;
        foreach (var entry in FileTree.Entries(upper).Where(static e => !e.IsFolder && !Rootfs.OwnFiles.Contains(e.Path, StringComparer.Ordinal)))
        {
            count++;
            bytes += entry.IsFile ? entry.Size : 0;
        }

        return new ContainerWrites(count, bytes);
    }

    private static bool IsOnlyWayDown(string upper, TreeEntry entry, IReadOnlyList<string> lowers) =>
        FileTree.ReadAttribute(upper, entry, OverlayTree.Opaque) is null &&
        OverlayTree.Find(lowers, entry.Name) is { IsFolder: true } below &&
        (below.Mode, below.UserId, below.GroupId) == (entry.Mode, entry.UserId, entry.GroupId);
}
