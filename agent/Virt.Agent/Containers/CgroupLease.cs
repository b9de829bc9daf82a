using System;
using System.Collections.Generic;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Cgroups;

namespace Virt.Agent.Containers;

/// <summary>A cgroup for one run, and what a launch needs in order to be born in it. Disposing closes the handles and leaves the cgroup.</summary>
/// <param name="Cgroup">The cgroup.</param>
/// <param name="ReadySet">v1: the keeper's thread sits in it under this number; 0: it does not.</param>
/// <param name="Birth">v2: its folder.</param>
/// <param name="Entry">v1: its <c>cgroup.procs</c> files.</param>
internal sealed record CgroupLease(Cgroup Cgroup, ulong ReadySet, SafeFileHandle? Birth, IReadOnlyList<SafeFileHandle> Entry) : IDisposable
{
    public void Dispose()
    {
        Birth?.Dispose();
        foreach (var file in Entry)
        {
            file.Dispose();
        }
    }
}
