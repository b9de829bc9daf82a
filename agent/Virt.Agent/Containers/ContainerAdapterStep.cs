namespace Virt.Agent.Containers;

/// <summary>What is half done to a network adapter: written before the first step of it. An agent that comes back takes it away either way.</summary>
public enum ContainerAdapterStep
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is being added.</summary>
    Adding = 1,

    /// <summary>It is being removed.</summary>
    Removing = 2,
}
