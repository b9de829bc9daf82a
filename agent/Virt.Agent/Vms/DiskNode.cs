using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>One file of a disk as a node of QEMU's.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>.</param>
/// <param name="Path">Its file.</param>
/// <param name="Below">The node that it stands on; null: on nothing.</param>
/// <param name="IsReadOnly">It is only read.</param>
/// <param name="IsLent">Another machine's: see <see cref="VmDiskLayer.IsLent"/>.</param>
internal sealed record DiskNode(string Name, string Format, string Path, string? Below, bool IsReadOnly, bool IsLent)
{
    /// <summary>The files of all nodes of a machine's disks, by their names, the uppermost of the first disk first.</summary>
    public static IReadOnlyList<(string Node, string Path)> PathsOf(VmSpec spec) =>
    [
        .. (spec.Disk is { } first ? Of(first, VmDriveRules.FirstDisk, isReadOnly: false).Reverse() : []).Concat(spec.Drives.SelectMany(static drive => drive.Media is { } media ? Of(media, drive.Name, isReadOnly: false).Reverse() : []))
            .Select(static node => (node.Name, node.Path)),
    ];

    /// <summary>All nodes of a disk, the lowest first.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="name">The uppermost node's name.</param>
    /// <param name="isReadOnly">The guest only reads it.</param>
    public static IEnumerable<DiskNode> Of(VmDisk disk, string name, bool isReadOnly)
    {
        string? below = null;
        for (var i = disk.Backing.Count - 1; i >= 0; i--)
        {
            var layer = disk.Backing[i];
            var node = FormattableString.Invariant($"{name}base{i}");
            // A layer of our own is opened for writing at once, though nothing writes to it before a merge: a second descriptor, for that time only, would
            // have locks of its own, and QEMU leaves them behind on a descriptor that stays in a set.
            yield return new DiskNode(node, layer.Format, layer.Path, below, IsReadOnly: isReadOnly || !layer.IsOwn, layer.IsLent);
            below = node;
        }

        yield return new DiskNode(name, disk.Format, disk.Path, below, isReadOnly, IsLent: false);
    }
}
