using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qga;

namespace Virt.Agent.Vms;

/// <summary>Memory that comes while the guest runs. Source: QEMU's docs/memory-hotplug.txt.</summary>
internal sealed partial class VmSession
{
    private static readonly TimeSpan TakeUpTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TakeUpPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes memory that the guest has not yet.</summary>
    public Task AddMemoryAsync(VmDimm dimm, VMBackingPageSize pages, CancellationToken cancellation) => qmp.ExecuteAsync(
        "object-add",
        json =>
        {
            var isLarge = pages == VMBackingPageSize.Large;
            Text(json, ("qom-type", isLarge ? "memory-backend-memfd" : "memory-backend-ram"), ("id", QemuArguments.MemoryOf(dimm)));
            json.WriteNumber("size", dimm.SizeBytes);
            if (isLarge)
            {
                json.WriteBoolean("hugetlb", true);
            }
        },
        cancellation);

    /// <summary>Gives it to the guest.</summary>
    public Task PlugMemoryAsync(VmDimm dimm, CancellationToken cancellation) =>
        PlugAsync([("driver", "pc-dimm"), ("id", dimm.Name), ("memdev", QemuArguments.MemoryOf(dimm))], cancellation);

    /// <summary>Takes away memory that the guest has not got; where there is none, that is fine.</summary>
    public Task RemoveMemoryAsync(VmDimm dimm, CancellationToken cancellation) =>
        IgnoringAsync(qmp.ExecuteAsync("object-del", json => Text(json, ("id", QemuArguments.MemoryOf(dimm))), cancellation));

    /// <summary>How many blocks of memory the guest has; null: it does not say.</summary>
    public async Task<int?> CountMemoryBlocksAsync(CancellationToken cancellation)
    {
        try
        {
            return IsGuestAgentOpen ? (await GuestAgent.GetMemoryBlocksAsync(AnswerTimeout, cancellation).ConfigureAwait(false)).Count : null;
        }
        catch (Exception e) when (e is QgaException or TimeoutException or IOException)
        {
            return null;
        }
    }

    /// <summary>Has the guest take up the memory that it has got; one that does so by itself is left to it.</summary>
    /// <param name="blocks">How many blocks of memory it had before.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>False: it has not in time, or does not say.</returns>
    public async Task<bool> TakeUpMemoryAsync(int blocks, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TakeUpTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            while (true)
            {
                var (count, offline) = await GuestAgent.GetMemoryBlocksAsync(AnswerTimeout, either.Token).ConfigureAwait(false);
                if (offline.Count > 0)
                {
                    await GuestAgent.TakeUpMemoryBlocksAsync(offline, AnswerTimeout, either.Token).ConfigureAwait(false);
                }
                else if (count > blocks)
                {
                    return true;
                }

                await Task.Delay(TakeUpPause, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is QgaException or TimeoutException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
