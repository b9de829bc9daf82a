using System;
using Virt.Agent.Images;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>A host that has a registry's images too.</summary>
/// <param name="Registry">The registry, as names of images have it.</param>
/// <param name="Host">The mirror: <c>host</c> or <c>host:port</c>.</param>
public sealed record RegistryMirror(string Registry, string Host)
{
    /// <summary>Reads <c>[REGISTRY=]HOST[:PORT]</c>; without a registry it mirrors docker.io.</summary>
    /// <exception cref="VirtException">InvalidArgument: it is neither.</exception>
    public static RegistryMirror Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var mirror = new RegistryMirror(equals < 0 ? ImageReference.DefaultRegistry : text[..equals], text[(equals + 1)..]);
        return IsHost(mirror.Registry) && IsHost(mirror.Host) ? mirror : throw Bad("--registry-mirror", text, "[REGISTRY=]HOST[:PORT]");
    }

    /// <summary>Reads the <c>HOST[:PORT]</c> of a registry that is spoken with without TLS.</summary>
    /// <exception cref="VirtException">InvalidArgument: it is none.</exception>
    public static string ParsePlainHost(string text) => IsHost(text) ? text : throw Bad("--registry-plain-http", text, "HOST[:PORT]");

    private static bool IsHost(string text) => text.Length > 0 && ImageReference.TryParse($"{text}{(text.Contains('.', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal) ? "" : ":443")}/x", out _);

    private static VirtException Bad(string option, string text, string form) =>
        new(ErrorCode.InvalidArgument, "BadOption", $"Cannot use option '{option}': '{text}' is not of the form {form}.", text, "virt-agent --help");
}
