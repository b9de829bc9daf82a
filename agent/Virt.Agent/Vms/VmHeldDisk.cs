using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>A disk that checkpoints of its machine hold.</summary>
/// <param name="Drive">Its drive's id; empty: it is the machine's first disk.</param>
/// <param name="Device">The guest's device of QEMU's that it is in.</param>
/// <param name="Disk">What it is.</param>
public sealed record VmHeldDisk(Guid Drive, string Device, VmDisk Disk)
{
    /// <summary>Its file, and what that is a child of, the nearest first.</summary>
    public IEnumerable<VmDiskLayer> Layers() => Disk.Backing.Prepend(new VmDiskLayer(Disk.Path, Disk.Format));
}
