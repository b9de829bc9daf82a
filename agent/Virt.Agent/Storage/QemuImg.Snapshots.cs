using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Storage;

/// <content>States of a qcow2 image that stand in its own file. Nobody may have it open meanwhile.</content>
public sealed partial class QemuImg
{
    /// <summary>Keeps what an image has now.</summary>
    /// <exception cref="DiskException">It cannot be read or written.</exception>
    public Task TakeSnapshotAsync(string path, string name, CancellationToken cancellation) => RunAsync(path, ["snapshot", "-q", "-c", name, path], cancellation);

    /// <summary>Gives an image what it had.</summary>
    /// <exception cref="DiskException">There was nothing kept, or it cannot be read or written.</exception>
    public Task GoBackToSnapshotAsync(string path, string name, CancellationToken cancellation) => RunAsync(path, ["snapshot", "-q", "-a", name, path], cancellation);

    /// <summary>Forgets what was kept; what the image has now stays.</summary>
    /// <exception cref="DiskException">There was nothing kept, or it cannot be read or written.</exception>
    public Task ForgetSnapshotAsync(string path, string name, CancellationToken cancellation) => RunAsync(path, ["snapshot", "-q", "-d", name, path], cancellation);
}
