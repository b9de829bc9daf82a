using System;

namespace Virt.Agent.Vms;

/// <summary>A drive that a machine has beside its first disk; stored as JSON.</summary>
public sealed record VmDrive
{
    /// <summary>Its id, for life.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name in the machine, and QEMU's for it: <c>disk1</c>, <c>dvd0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it holds.</summary>
    public required VMDriveType Type { get; init; }

    /// <summary>What the guest sees it behind.</summary>
    public required VMControllerType Controller { get; init; }

    /// <summary>The SCSI target, the SATA port, or, of a device of its own that came while the machine ran, the hot-plug port (from 1); null: a place that nobody need know.</summary>
    public int? Place { get; init; }

    /// <summary>The image in it; null: a DVD drive without any.</summary>
    public VmDisk? Media { get; init; }

    /// <summary>The guest can only read it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Checkpoints leave it as it is.</summary>
    public bool IsIndependent { get; init; }

    /// <summary>What is half done to it.</summary>
    public VmPartStep Step { get; init; }

    /// <summary>The image is this machine's alone.</summary>
    public bool IsOwned => Type == VMDriveType.HardDisk && !IsReadOnly;
}
