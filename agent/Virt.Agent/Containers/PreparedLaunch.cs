using System;
using System.Collections.Generic;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Networks;
using Virt.Linux.Netlink;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>A launch with its root and volumes, which are mounted nowhere yet. Disposing lets go of them.</summary>
/// <param name="Launch">What the keeper is told.</param>
/// <param name="Mounts">The handles in it that are its own.</param>
/// <param name="Member">The container in its network; null: it has none that must be made.</param>
/// <param name="Gate">Where its first process waits for that.</param>
/// <param name="Machine">The command of a container in a virtual machine of its own, as the machine is told it; null: it is in none.</param>
internal sealed record PreparedLaunch(LaunchSpec Launch, IReadOnlyList<SafeFileHandle> Mounts, NetworkMember? Member = null, NetworkGate? Gate = null, byte[]? Machine = null) : IDisposable
{
    /// <summary>Its adapters beside the first, in their order.</summary>
    public IReadOnlyList<NetworkMember> Further { get; init; } = [];

    /// <summary>It leads packets from one of its networks to the other.</summary>
    public bool MayForward { get; init; }

    public void Dispose()
    {
        Gate?.Dispose();
        foreach (var mount in Mounts)
        {
            mount.Dispose();
        }
    }
}
