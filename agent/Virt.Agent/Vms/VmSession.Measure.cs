using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>What QEMU counts.</summary>
internal sealed partial class VmSession
{
    /// <summary>What the guest's disks have read and written since QEMU was started. QAPI: query-blockstats.</summary>
    /// <exception cref="QmpException">QEMU refused.</exception>
    /// <exception cref="QmpClosedException">QEMU is gone.</exception>
    public async Task<DiskTraffic> ReadDiskTrafficAsync(CancellationToken cancellation) =>
        DiskTraffic.Sum(await qmp.ExecuteAsync("query-blockstats", null, cancellation).ConfigureAwait(false));

    /// <summary>How much memory the guest has now; null where it has no balloon. QAPI: query-balloon.</summary>
    /// <exception cref="QmpClosedException">QEMU is gone.</exception>
    public async Task<long?> ReadAssignedMemoryAsync(CancellationToken cancellation)
    {
        try
        {
            var balloon = await qmp.ExecuteAsync("query-balloon", null, cancellation).ConfigureAwait(false);
            return balloon.GetProperty("actual").GetInt64();
        }
        catch (QmpException)
        {
            return null;
        }
    }
}
