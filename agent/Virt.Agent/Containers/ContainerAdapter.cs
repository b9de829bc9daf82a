using System;
using Virt.Agent.Networks;

namespace Virt.Agent.Containers;

/// <summary>A network adapter that a container has beside its first; stored as JSON.</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what an older agent did not write.</remarks>
public sealed record ContainerAdapter
{
    /// <summary>Its id, for life, and what its network knows it by.</summary>
    public Guid Id { get; set; }

    /// <summary>From 1; its name in the container is made of it.</summary>
    public int Number { get; set; }

    /// <summary>What its network was called when it came into it.</summary>
    public string Network { get; set; } = "";

    /// <summary>Its place there; null in an archive alone.</summary>
    public NetworkAttachment? Attachment { get; set; }

    /// <summary>What is half done to it.</summary>
    public ContainerAdapterStep Step { get; set; }
}
