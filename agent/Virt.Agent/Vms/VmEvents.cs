namespace Virt.Agent.Vms;

/// <summary>Which news a change of a machine's state is.</summary>
internal static class VmEvents
{
    /// <summary>Compares what it was doing with what it does.</summary>
    /// <returns>Null where that is no news.</returns>
    public static VirtEventAction? Of(VMState was, VMState now) => (was, now) switch
    {
        (_, VMState.Released) => VirtEventAction.Moved,
        (VMState.Receiving, VMState.Paused or VMState.Stopped) => null,
        (_, VMState.Saved) => was == VMState.Starting ? VirtEventAction.Failed : VirtEventAction.Saved,
        (VMState.Saving, VMState.Running or VMState.Paused) or (VMState.Saved, VMState.Stopped) => null,
        (VMState.Creating, VMState.Stopped) => VirtEventAction.Created,
        (VMState.Paused or VMState.Stopping, VMState.Running) => VirtEventAction.Resumed,
        (_, VMState.Running) => VirtEventAction.Started,
        (_, VMState.Paused) => VirtEventAction.Suspended,
        (_, VMState.Stopping) => VirtEventAction.Stopping,
        (_, VMState.Stopped) => VirtEventAction.Exited,
        (_, VMState.Failed) => VirtEventAction.Failed,
        _ => null,
    };
}
