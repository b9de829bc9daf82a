using Virt.Linux.Processes;

namespace Virt.Agent.Vms;

/// <summary>What proves that a process is a run's swtpm; stored as JSON.</summary>
/// <param name="ProcessId">Its id.</param>
/// <param name="Inode">See <see cref="ProcessIdentity.Inode"/>.</param>
/// <param name="StartTicks">See <see cref="ProcessIdentity.StartTicks"/>.</param>
public sealed record VmTpmProcess(int ProcessId, ulong Inode, ulong StartTicks)
{
    /// <summary>To be stored.</summary>
    public static VmTpmProcess Of(ProcessIdentity identity) => new(identity.Id, identity.Inode, identity.StartTicks);

    /// <summary>To find it by.</summary>
    public ProcessIdentity ToIdentity() => new(ProcessId, Inode, StartTicks);
}
