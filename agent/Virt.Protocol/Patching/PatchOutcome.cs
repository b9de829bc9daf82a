namespace Virt;

/// <summary>How it ended for a workload.</summary>
public enum PatchOutcome
{
    /// <summary>Its packages were updated, and it is healthy.</summary>
    Patched = 0,

    /// <summary>No update waits for it.</summary>
    NothingToDo = 1,

    /// <summary>It failed, and is as it was before.</summary>
    PutBack = 2,

    /// <summary>It failed, and was left as it is; Message says how it stands.</summary>
    Failed = 3,

    /// <summary>It was not begun.</summary>
    Skipped = 4,

    /// <summary>A patch of it that had been kept was taken back.</summary>
    Undone = 5,
}
