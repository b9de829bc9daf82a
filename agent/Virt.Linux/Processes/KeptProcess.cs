using System;
using System.Threading.Tasks;

namespace Virt.Linux.Processes;

/// <summary>A process whose parent is the keeper.</summary>
public sealed class KeptProcess : IDisposable
{
    private readonly TaskCompletionSource<ExitStatus> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal KeptProcess(Guid id, int pid, PidFd pidFd)
    {
        Id = id;
        PidFd = pidFd;
        Identity = new ProcessIdentity(pid, pidFd.Inode, ProcessIdentity.ReadStartTicks(pid));
    }

    /// <summary>Takes up a process whose keeper was lost, if it is still the very same; null where it has ended.</summary>
    public static KeptProcess? Adopt(Guid id, ProcessIdentity identity)
    {
        if (PidFd.Open(identity) is not { } pidFd)
            return null;
        var process = new KeptProcess(id, identity.Id, pidFd);
        _ = process.FollowWithoutKeeperAsync();
        return process;
    }

    /// <summary>The launch's id.</summary>
    public Guid Id { get; }

    /// <summary>What to store in order to find it again.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>Its id as the host sees it.</summary>
    public int ProcessId => Identity.Id;

    /// <summary>Its descriptor.</summary>
    public PidFd PidFd { get; }

    /// <summary>
    /// How it ended; by then the log holds all that it wrote. Where the keeper itself was lost, the end is still seen,
    /// and the code is known only where the kernel tells it (Linux 6.15).
    /// </summary>
    public Task<ExitStatus> Exited => exited.Task;

    /// <summary>Sends a signal; false where it has ended.</summary>
    /// <exception cref="LinuxException">EPERM.</exception>
    public bool Signal(int number) => PidFd.Signal(number);

    /// <summary>Closes the descriptor; the process runs on.</summary>
    public void Dispose() => PidFd.Dispose();

    internal void SetExited(ExitStatus status) => exited.TrySetResult(status);

    internal async Task FollowWithoutKeeperAsync()
    {
        try
        {
            await PidFd.WaitForEndAsync();
            var now = DateTimeOffset.UtcNow;
            exited.TrySetResult(PidFd.ReadWaitStatus() is { } status ? ExitStatus.FromWaitStatus(status, now) : ExitStatus.Unknown(now));
        }
        catch (Exception e) when (e is LinuxException or ObjectDisposedException)
        {
            exited.TrySetResult(ExitStatus.Unknown(DateTimeOffset.UtcNow));
        }
    }
}
