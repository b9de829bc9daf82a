using System;
using System.Collections.Generic;

namespace Virt.Linux.Files;

/// <summary>What overlayfs shows of folders in its own form, without a mount: Documentation/filesystems/overlayfs.rst.</summary>
public static class OverlayTree
{
    /// <summary>The extended attribute of a folder that hides what is below it.</summary>
    public const string Opaque = "trusted.overlay.opaque";

    /// <summary>What is shown at a place; null where nothing is.</summary>
    /// <param name="lowers">The layers, the uppermost first.</param>
    /// <param name="name">As <see cref="TreeEntry.Name"/>.</param>
    public static TreeEntry? Find(IReadOnlyList<string> lowers, ReadOnlyMemory<byte> name) => FindIn(lowers, name)?.Entry;

    /// <summary>What is shown at a place, and which layer it is in.</summary>
    /// <inheritdoc cref="Find"/>
    public static (string Layer, TreeEntry Entry)? FindIn(IReadOnlyList<string> lowers, ReadOnlyMemory<byte> name)
    {
        foreach (var lower in lowers)
        {
            if (FileTree.Entry(lower, name.Span) is { } found)
            {
                return found.IsWhiteout ? null : (lower, found);
            }

            if (HidesWhatIsBelow(lower, name))
            {
                return null;
            }
        }

        return null;
    }

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
