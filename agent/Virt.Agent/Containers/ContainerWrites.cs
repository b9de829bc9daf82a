namespace Virt.Agent.Containers;

/// <summary>What a generation of a container has written over its image, without its volumes and without what the agent itself puts there.</summary>
/// <param name="FileCount">Files made, changed or deleted; folders do not count.</param>
/// <param name="Bytes">The size of those that there are.</param>
public sealed record ContainerWrites(int FileCount, long Bytes);
