namespace Virt;

/// <summary>What is done with a workload whose patch failed.</summary>
public enum PatchFailureAction
{
    /// <summary>It is put back as it was; the others go on, up to -MaxFailed.</summary>
    Rollback = 0,

    /// <summary>It is left as it is, with its checkpoint, and no further workload is begun.</summary>
    Stop = 1,

    /// <summary>It is left as it is, with its checkpoint; the others go on.</summary>
    Continue = 2,
}
