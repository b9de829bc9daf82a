namespace Virt;

/// <summary>What becomes of a scheduled run whose time has passed while the agent did not run.</summary>
public enum MissedRunPolicy
{
    /// <summary>It is left out; the next one comes at its time.</summary>
    Skip = 0,

    /// <summary>It is made up for once, while its window is open.</summary>
    RunOnce = 1,
}
