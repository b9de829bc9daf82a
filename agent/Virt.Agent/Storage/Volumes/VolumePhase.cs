namespace Virt.Agent.Storage.Volumes;

/// <summary>What is being done with a volume; written before the step that it names.</summary>
public enum VolumePhase
{
    /// <summary>It is being filled; an agent that finds it so removes it.</summary>
    Creating = 0,

    /// <summary>It is there.</summary>
    Ready = 1,

    /// <summary>What it is to hold lies beside what it holds; an agent that finds it so puts it in its place.</summary>
    Restoring = 2,

    /// <summary>It is being removed; an agent that finds it so goes on with that.</summary>
    Removing = 3,
}
