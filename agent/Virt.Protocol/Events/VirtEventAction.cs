namespace Virt;

/// <summary>What has happened.</summary>
public enum VirtEventAction
{
    /// <summary>It was made.</summary>
    Created = 0,

    /// <summary>It runs; of an operation: it lasts long enough to be looked at.</summary>
    Started = 1,

    /// <summary>It has ended; ExitCode says how, where that is known.</summary>
    Exited = 2,

    /// <summary>It went wrong; Message says how.</summary>
    Failed = 3,

    /// <summary>It works.</summary>
    Healthy = 4,

    /// <summary>It runs and does not work.</summary>
    Unhealthy = 5,

    /// <summary>It was started anew: by its restart policy, or by somebody.</summary>
    Restarted = 6,

    /// <summary>It was told to end.</summary>
    Stopping = 7,

    /// <summary>It stands still.</summary>
    Suspended = 8,

    /// <summary>It goes on.</summary>
    Resumed = 9,

    /// <summary>It has another name; Message says which it had.</summary>
    Renamed = 10,

    /// <summary>Its settings are others.</summary>
    Changed = 11,

    /// <summary>It is gone.</summary>
    Removed = 12,

    /// <summary>It has moved to another host or has come from one; Message says which.</summary>
    Moved = 13,

    /// <summary>It was patched, and the patch was kept.</summary>
    Patched = 14,

    /// <summary>A patch of it failed; it was left as it is.</summary>
    PatchFailed = 15,

    /// <summary>A patch of it was taken back.</summary>
    PutBack = 16,

    /// <summary>A checkpoint of it was made.</summary>
    Checkpointed = 17,

    /// <summary>It was taken back to a checkpoint.</summary>
    Restored = 18,

    /// <summary>An operation has ended well.</summary>
    Completed = 19,

    /// <summary>An operation was cancelled.</summary>
    Cancelled = 20,

    /// <summary>Events are missing here: they came faster than they were read, or are older than what the agent keeps.</summary>
    Lost = 21,

    /// <summary>Its memory was written to the disk, and it has ended; its next start goes on from there.</summary>
    Saved = 22,

    /// <summary>A checkpoint of it was removed, by somebody or because its time had come; Message says which.</summary>
    CheckpointRemoved = 23,

    /// <summary>Its guest has not fed its watchdog in time; Message says what becomes of it.</summary>
    WatchdogExpired = 24,

    /// <summary>The checkpoint that it has a schedule for could not be made; Message says why.</summary>
    CheckpointMissed = 25,
}
