using System;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>From what a container is to what its copy is to be: pure.</summary>
internal static class ContainerClone
{
    /// <summary>The same settings over the same layers, as a first generation that has nothing yet of what one container has alone: ids, a place in a network.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="network">What its network is called now.</param>
    /// <param name="name">The copy's name.</param>
    public static ContainerSpec SpecOf(ContainerSpec spec, string network, string name) => spec with
    {
        HostName = name,
        HostIds = 0,
        LabelLevel = "",
        Network = network,
        Attachment = null,
        Adapters = [],
        Generation = 0,
        LastGeneration = 0,
        Previous = null,
        Built = null,
        FrozenSource = Guid.Empty,
        Exports = [],
        StandsStill = false,
        FormerVolumes = null,
        FormerLimits = null,
    };

    /// <summary>What the copy asks of its networks: the same, but for addresses and ports that only one can have.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="request">What is asked of the copy.</param>
    /// <param name="further">What the networks of the container's further adapters are called now.</param>
    public static NewContainer PlaceOf(ContainerSpec spec, CopyContainer request, params string[] further) => new()
    {
        AdditionalNetworks = further,
        IPAddresses = request.IPAddresses,
        Publish = request.Publish,
        AllowFrom = request.Publish.Length == 0 ? [] : [.. spec.Attachment?.AllowFrom ?? []],
        Dns = [.. spec.Dns],
    };

    /// <exception cref="VirtException">InvalidArgument: only a network of its own has addresses and ports.</exception>
    public static void Check(string name, ContainerSpec spec, CopyContainer request)
    {
        if (spec.Attachment is null && request.Publish.Length + request.IPAddresses.Length > 0)
        {
            var isPort = request.Publish.Length > 0;
            throw new VirtException(
                ErrorCode.InvalidArgument,
                isPort ? "InvalidPublish" : "InvalidIPAddress",
                $"Cannot copy container '{name}': in the network '{spec.Network}' its copy {(isPort ? "has no ports to publish" : "cannot be given an address")}.",
                name,
                $"Copy-Container {name} {request.NewName}");
        }
    }

    /// <summary>What the caller is to know of the copy; empty: nothing.</summary>
    public static string NoteOf(ContainerSpec spec, CopyContainer request)
    {
        var ports = spec.Attachment?.Ports is { Count: > 0 } published && request.Publish.Length == 0
            ? $"The ports {string.Join(", ", published)} stay the original's; the copy publishes none. "
            : "";
        return (ports + (spec.Volumes.Count > 0 ? $"Its volumes are the original's: {string.Join(", ", spec.Volumes)}." : "")).TrimEnd();
    }
}
