using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Linux.Files;

namespace Virt.Agent.Containers;

/// <summary>From what overlayfs has written for a container to what belongs into a layer.</summary>
internal static class LayerTree
{
    private const string Opaque = "trusted.overlay.opaque";

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

    /// <summary>What overlayfs shows at a place of these layers; null where it shows nothing.</summary>
    /// <param name="lowers">The uppermost first.</param>
    /// <param name="name">As <see cref="TreeEntry.Name"/>.</param>
    public static TreeEntry? Find(IReadOnlyList<string> lowers, ReadOnlyMemory<byte> name)
    {
        foreach (var lower in lowers)
        {
            if (FileTree.Entry(lower, name.Span) is { } found)
            {
                return found.IsWhiteout ? null : found;
            }

            if (HidesWhatIsBelow(lower, name))
            {
                return null;
            }
        }

        return null;
    }

    private static bool IsOnlyWayDown(string upper, TreeEntry entry, IReadOnlyList<string> lowers) =>
        FileTree.ReadAttribute(upper, entry, Opaque) is null &&
        Find(lowers, entry.Name) is { IsFolder: true } below &&
        (below.Mode, below.UserId, below.GroupId) == (entry.Mode, entry.UserId, entry.GroupId);

    // A folder on the way is deleted, no folder any more, or one that was made anew.
    private static bool HidesWhatIsBelow(string lower, ReadOnlyMemory<byte> name)
    {
        for (var slash = name.Span.IndexOf((byte)'/'); slash > 0;)
        {
            if (FileTree.Entry(lower, name.Span[..slash]) is not { } parent)
            {
                return false;
            }

            if (!parent.IsFolder || FileTree.ReadAttribute(lower, parent, Opaque) is not null)
            {
                return true;
            }

            var next = name.Span[(slash + 1)..].IndexOf((byte)'/');
            slash = next < 0 ? -1 : slash + 1 + next;
        }

        return false;
    }
}
