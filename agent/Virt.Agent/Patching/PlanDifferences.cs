using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Patching;

/// <summary>Asks a workload whether it still is what a plan was made for.</summary>
internal static class PlanDifferences
{
    /// <summary>
    /// What differs; empty: nothing. Of a workload that is asked in place its package manager says so. Of a container its image's digest does, and whether its packages are
    /// still offered shows before its new layer is made, which needs lists of its own anyway.
    /// </summary>
    public static async Task<IReadOnlyList<string>> OfAsync(
        IPatchTarget target, IPackageManager manager, PatchPlanTarget planned, TargetLook look, PatchJournal journal, TimeProvider time, TimeSpan listsAreFresh, CancellationToken cancellation)
    {
        if (!target.IsAskedInPlace)
        {
            return look.ImageDigest == planned.ImageDigest ? [] : [$"its image is {Short(look.ImageDigest)}, the plan has {Short(planned.ImageDigest)}"];
        }

        return await target.AskAsync(
            async (shell, token) =>
            {
                if (journal.RefreshTime is not { } refreshed || time.GetUtcNow() - refreshed > listsAreFresh)
                {
                    await manager.RefreshAsync(shell, token).ConfigureAwait(false);
                    journal.RefreshTime = time.GetUtcNow();
                }

                return PlanCheck.Differences(planned.Packages, await manager.ResolveAsync(shell, planned.Packages, token).ConfigureAwait(false));
            },
            cancellation).ConfigureAwait(false);
    }

    private static string Short(string digest) => digest.Length > 19 ? digest[..19] + "…" : digest;
}
