namespace Virt.Agent.Patching;

/// <summary>Which step follows which, and what a restarted agent does with a step that it finds begun. Pure: the whole of it is in the unit tests.</summary>
public static class PatchSequence
{
    /// <summary>The step after one that did what it is there for; null: it was the last.</summary>
    public static PatchStepKind? AfterSuccess(WorkloadKind kind, PatchStepKind step) => step switch
    {
        PatchStepKind.Preflight => PatchStepKind.Checkpoint,
        PatchStepKind.Checkpoint => PatchStepKind.Apply,
        PatchStepKind.Apply => kind == WorkloadKind.Container ? PatchStepKind.Replace : PatchStepKind.Reboot,
        PatchStepKind.Replace or PatchStepKind.Reboot => PatchStepKind.Health,
        PatchStepKind.Health => PatchStepKind.Keep,
        _ => null,
    };

    /// <summary>The step after one that failed; null: none, the workload stays as it is.</summary>
    /// <param name="kind">What the workload is.</param>
    /// <param name="step">What failed.</param>
    /// <param name="action">What the user wants done with a workload whose patch failed.</param>
    /// <param name="isForced">True where it was not the patch that failed: the run was cancelled, or the agent was restarted. Then it is put back, whatever the user wants for failures.</param>
    public static PatchStepKind? AfterFailure(WorkloadKind kind, PatchStepKind step, PatchFailureAction action, bool isForced) => step switch
    {
        PatchStepKind.Preflight or PatchStepKind.PutBack => null,
        PatchStepKind.Keep => null,
        _ when isForced || action == PatchFailureAction.Rollback || !HasChanged(kind, step) => PatchStepKind.PutBack,
        _ => PatchStepKind.Keep,
    };

    /// <summary>True where the workload itself may be other than it was once the step has begun: the layer of a container is made beside it.</summary>
    public static bool HasChanged(WorkloadKind kind, PatchStepKind step) => step >= (kind == WorkloadKind.Container ? PatchStepKind.Replace : PatchStepKind.Apply);

    /// <summary>What a restarted agent does with a workload whose step had begun and not ended. Steps that are gone on with can be done again from their beginning.</summary>
    public static PatchStepKind AfterRestart(WorkloadKind kind, PatchStepKind step) => (kind, step) switch
    {
        // What the package manager does in the guest meanwhile, nobody knows: it is not trusted.
        (WorkloadKind.VM, PatchStepKind.Apply) => PatchStepKind.PutBack,
        _ => step,
    };

    /// <summary>True where a cancelled run puts the workload back before it begins this step; later it is brought to its end.</summary>
    public static bool StopsBefore(PatchStepKind step) => step < PatchStepKind.Health;
}
