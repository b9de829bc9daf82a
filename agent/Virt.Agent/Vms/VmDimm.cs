namespace Virt.Agent.Vms;

/// <summary>A memory module that a machine has got while it ran: gone with the run, and from its next start on part of what it is started with. Stored as JSON.</summary>
public sealed record VmDimm
{
    /// <summary>Such as <c>dimm1</c>; what is behind it is called after it.</summary>
    public required string Name { get; init; }

    /// <summary>A multiple of <see cref="VmMemoryRules.DimmBytes"/>.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>What is half done to it.</summary>
    public VmPartStep Step { get; init; }
}
