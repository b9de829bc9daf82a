namespace Virt;

/// <summary>How a step ended.</summary>
public enum PatchStepState
{
    /// <summary>It has not ended.</summary>
    Running = 0,

    /// <summary>It did what it is there for.</summary>
    Completed = 1,

    /// <summary>It did not.</summary>
    Failed = 2,

    /// <summary>There was nothing for it to do.</summary>
    Skipped = 3,
}
