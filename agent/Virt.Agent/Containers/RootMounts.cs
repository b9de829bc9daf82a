using System;
using System.Collections.Generic;
using Microsoft.Win32.SafeHandles;

namespace Virt.Agent.Containers;

/// <summary>The mounts that a container's root gets from outside. They are the caller's, who disposes them after the launch.</summary>
internal sealed record RootMounts
{
    /// <summary>One for each of the spec's volumes.</summary>
    public IReadOnlyList<SafeFileHandle> Volumes { get; init; } = [];

    /// <summary>One for each of the spec's devices, over its node alone.</summary>
    public IReadOnlyList<SafeFileHandle> Devices { get; init; } = [];

    /// <summary>The host's terminal that is its /dev/console; empty: it has none.</summary>
    public string Console { get; init; } = "";

    /// <summary>For an init of its own: which machine it is.</summary>
    public Guid MachineId { get; init; }

    /// <summary>The SELinux label of what is made in it in memory; null: it has none.</summary>
    public string? Label { get; init; }

    /// <summary>/sys of the host's network, for a container in it that could have none made; null: it has its own made.</summary>
    public SafeFileHandle? HostSys { get; init; }
}
