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

    /// <summary>Everything that is shown, each folder before what is in it, in the order of the bytes of its names; and which layer it is in. Nobody may be changing the layers meanwhile.</summary>
    /// <param name="layers">The layers, the uppermost first.</param>
    /// <param name="isLeftOut">True for what a layer is to be taken for not having.</param>
    /// <exception cref="LinuxException">Something cannot be read.</exception>
    public static IEnumerable<(string Layer, TreeEntry Entry)> Entries(IReadOnlyList<string> layers, Func<string, TreeEntry, bool> isLeftOut) => EntriesIn(layers, default, isLeftOut);

    private static IEnumerable<(string Layer, TreeEntry Entry)> EntriesIn(IReadOnlyList<string> layers, ReadOnlyMemory<byte> folder, Func<string, TreeEntry, bool> isLeftOut)
    {
        // The uppermost of a name is shown. Of folders all show what they have, down to one that hides the rest, or to something that is no folder.
        var shown = new SortedDictionary<byte[], List<(string Layer, TreeEntry Entry)>>(Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        var closed = new HashSet<List<(string Layer, TreeEntry Entry)>>();
        foreach (var layer in layers)
        {
            foreach (var entry in FileTree.Children(layer, folder.Span))
            {
                if (isLeftOut(layer, entry))
                {
                    continue;
                }

                var name = entry.Name.ToArray();
                if (!shown.TryGetValue(name, out var found))
                {
                    shown[name] = found = [];
                }

                if (closed.Contains(found))
                {
                    continue;
                }

                if (found.Count == 0 || entry.IsFolder)
                {
                    found.Add((layer, entry));
                }

                if (!entry.IsFolder || FileTree.ReadAttribute(layer, entry, Opaque) is not null)
                {
                    closed.Add(found);
                }
            }
        }

        foreach (var found in shown.Values)
        {
            if (found[0].Entry.IsWhiteout)
            {
                continue;
            }

            yield return found[0];
            if (found[0].Entry.IsFolder)
            {
                foreach (var inside in EntriesIn(found.ConvertAll(static one => one.Layer), found[0].Entry.Name, isLeftOut))
                {
                    yield return inside;
                }
            }
        }
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
