using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>A disk of a machine's own.</summary>
/// <param name="Drive">Its drive's id; empty: it is the machine's first disk.</param>
/// <param name="Device">The guest's device of QEMU's that it is in.</param>
/// <param name="Disk">What it is.</param>
public sealed record VmOwnDisk(Guid Drive, string Device, VmDisk Disk)
{
    /// <summary>Its name in the machine, and that of QEMU's node of it at its start.</summary>
    public string Name => Drive == Guid.Empty ? VmDriveRules.FirstDisk : Device;

    /// <summary>Its file, and what that is a child of, the nearest first.</summary>
    public IEnumerable<VmDiskLayer> Layers() => Disk.Backing.Prepend(new VmDiskLayer(Disk.Path, Disk.Format));
}
