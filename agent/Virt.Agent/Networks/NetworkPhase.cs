namespace Virt.Agent.Networks;

/// <summary>What is being done with a network; written before the step that it names.</summary>
public enum NetworkPhase
{
    /// <summary>It is being made; an agent that finds it so undoes it.</summary>
    Creating = 0,

    /// <summary>It is there.</summary>
    Ready = 1,

    /// <summary>It is being removed; an agent that finds it so goes on with that.</summary>
    Removing = 2,
}
