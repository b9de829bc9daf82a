namespace Virt.Agent.Vms;

/// <summary>What is half done to a drive or a network adapter: written before the first step of it, so that an agent that comes back finishes or undoes it.</summary>
public enum VmPartStep
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is being added.</summary>
    Adding = 1,

    /// <summary>What it holds is being changed.</summary>
    Changing = 2,

    /// <summary>It is being removed; its image stays.</summary>
    Removing = 3,

    /// <summary>It is being removed, and its image deleted.</summary>
    Deleting = 4,
}
