using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Get-PatchStatus.</summary>
public sealed partial class PatchService
{
    /// <summary>Which updates wait. What cannot be asked is among the others, with the reason.</summary>
    public async Task<PatchStatusList> StatusAsync(GetPatchStatus request, Call call)
    {
        var found = await workloads.FindAsync(request.Targets, call.Cancellation).ConfigureAwait(false);
        var done = 0;
        call.Report("Reading which updates wait", $"0 of {found.Targets.Count}", 0);
        return new PatchStatusList
        {
            Items = await EachAsync(
                found.Targets,
                async target =>
                {
                    var status = await StatusOfAsync(target, call.Cancellation).ConfigureAwait(false);
                    call.Report("Reading which updates wait", target.Name, Interlocked.Increment(ref done) * 100 / found.Targets.Count);
                    return status;
                },
                call.Cancellation).ConfigureAwait(false),
            Errors = [.. found.Errors],
        };
    }

    private async Task<PatchStatus> StatusOfAsync(IPatchTarget target, CancellationToken cancellation)
    {
        var status = new PatchStatus { Kind = target.Kind, Id = target.Id, Name = target.Name, LastPatchTime = store.Table.LastPatched(target.Id), CheckTime = time.GetUtcNow() };
        try
        {
            var look = await target.LookAsync(cancellation).ConfigureAwait(false);
            if (look.Problems.FirstOrDefault(static p => p.IsBlocking) is { } problem)
            {
                return status with { Problem = problem.Message };
            }

            return await target.AskAsync(
                async (shell, token) =>
                {
                    if (await DetectAsync(shell, token).ConfigureAwait(false) is not { } manager)
                    {
                        return status with { Problem = NoManager };
                    }

                    await manager.RefreshAsync(shell, token).ConfigureAwait(false);
                    return status with
                    {
                        PackageManager = manager.Name,
                        Packages = [.. (await manager.ListPendingAsync(shell, token).ConfigureAwait(false)).Packages],
                        RebootRequired = target.Kind == WorkloadKind.VM && await manager.IsRebootRequiredAsync(shell, token).ConfigureAwait(false),
                    };
                },
                cancellation).ConfigureAwait(false);
        }
        catch (PackageException e)
        {
            return status with { Problem = PatchErrors.Package(target.Kind, target.Name, e).Message };
        }
        catch (VirtException e)
        {
            return status with { Problem = e.Message };
        }
    }
}
