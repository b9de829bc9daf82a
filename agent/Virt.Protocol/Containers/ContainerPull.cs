namespace Virt;

/// <summary>When the image of a new container is fetched from its registry first.</summary>
public enum ContainerPull
{
    /// <summary>Never: it has to be on the host.</summary>
    Never = 0,

    /// <summary>Where it is not on the host.</summary>
    Missing = 1,

    /// <summary>Each time: what has changed in the registry is fetched.</summary>
    Always = 2,
}
