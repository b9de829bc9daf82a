using System;
using System.Collections.Generic;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>A launch with its root and volumes, which are mounted nowhere yet. Disposing lets go of them.</summary>
/// <param name="Launch">What the keeper is told.</param>
/// <param name="Mounts">The handles in it that are its own.</param>
internal sealed record PreparedLaunch(LaunchSpec Launch, IReadOnlyList<SafeFileHandle> Mounts) : IDisposable
{
    public void Dispose()
    {
        foreach (var mount in Mounts)
        {
            mount.Dispose();
        }
    }
}
