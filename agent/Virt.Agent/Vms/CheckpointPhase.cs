namespace Virt.Agent.Vms;

/// <summary>What is being done to a checkpoint; written before the step that it names.</summary>
public enum CheckpointPhase
{
    /// <summary>It is made; undone by an agent that finds it so.</summary>
    Creating = 0,

    /// <summary>It is whole.</summary>
    Ready = 1,

    /// <summary>The machine is brought back to it; finished by an agent that finds it so.</summary>
    Restoring = 2,

    /// <summary>It was removed, or never came about: what is left is a layer of the disk, until it can be merged or deleted.</summary>
    Hidden = 3,
}
