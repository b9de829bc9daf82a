using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms;

/// <summary>How a guest goes on with another file that has the same on it, while it runs. Source: QEMU's QMP reference manual, blockdev-mirror and Jobs.</summary>
internal sealed partial class VmSession
{
    /// <summary>The job that copies the disk to the other file.</summary>
    public const string StorageJob = "storage-move";

    /// <summary>Begins to copy, and to write to both what the guest writes from now on. What follows is that of a merge.</summary>
    /// <param name="disk">The guest's disk's node.</param>
    /// <param name="target">The other file's node.</param>
    /// <param name="isChild">Both stand on the same: that is not copied.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task BeginStorageMoveAsync(string disk, string target, bool isChild, CancellationToken cancellation) => qmp.ExecuteAsync(
        "blockdev-mirror",
        json =>
        {
            Text(json, ("job-id", StorageJob), ("device", disk), ("target", target), ("sync", isChild ? "top" : "full"), ("copy-mode", "write-blocking"));
            json.WriteBoolean("auto-dismiss", false);
        },
        cancellation);
}
