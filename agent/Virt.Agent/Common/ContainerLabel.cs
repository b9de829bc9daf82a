namespace Virt.Agent.Common;

/// <summary>The SELinux labels of one container.</summary>
/// <param name="Process">Of its processes; empty: the policy has none for what it is, and they have the agent's own.</param>
/// <param name="File">Of its files.</param>
public sealed record ContainerLabel(string Process, string File);
