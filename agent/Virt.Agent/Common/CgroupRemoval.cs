using System;
using System.Threading.Tasks;
using Virt.Linux.Cgroups;

namespace Virt.Agent.Common;

/// <summary>How the cgroup of something that has ended goes: the kernel may hold it for a moment longer than its processes.</summary>
internal static class CgroupRemoval
{
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.Zero, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    /// <summary>Removes it; tries again for a while, and kills what is still in it, where the kernel still holds it.</summary>
    public static async Task RemoveAsync(Cgroup cgroup)
    {
        foreach (var pause in Pauses)
        {
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause).ConfigureAwait(false);
            }

            if (cgroup.TryRemove())
            {
                return;
            }

            cgroup.Kill();
        }

        AgentLog.Warning($"The cgroup '{cgroup.Path}' cannot be removed: something is still in it. The agent's next start tries again.");
    }
}
