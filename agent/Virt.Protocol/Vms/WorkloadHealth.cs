namespace Virt;

/// <summary>Whether something that runs also works.</summary>
public enum WorkloadHealth
{
    /// <summary>It does not run, or nothing can tell.</summary>
    None = 0,

    /// <summary>It runs, but has not answered yet.</summary>
    Starting = 1,

    /// <summary>It answers.</summary>
    Healthy = 2,

    /// <summary>It runs and does not answer.</summary>
    Unhealthy = 3,
}
