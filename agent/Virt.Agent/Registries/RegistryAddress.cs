using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Images;

namespace Virt.Agent.Registries;

/// <summary>Where a registry's API is.</summary>
/// <param name="Name">The host as the user knows it, for errors.</param>
/// <param name="Api">The root of its API, which ends in <c>/v2/</c>.</param>
/// <param name="IsMirror">It is asked before the registry itself, and without the user's credentials.</param>
internal sealed record RegistryAddress(string Name, Uri Api, bool IsMirror)
{
    // Docker Hub's API stands on another host than its name.
    private const string DockerHubHost = "registry-1.docker.io";

    /// <summary>Where an image may be found, in the order to ask.</summary>
    public static IReadOnlyList<RegistryAddress> Of(ImageReference reference, RegistryOptions options) =>
    [
        .. options.Mirrors.Where(mirror => mirror.Registry.Equals(reference.Registry, StringComparison.OrdinalIgnoreCase)).Select(mirror => Of(mirror.Host, options, isMirror: true)),
        Of(reference.Registry, options, isMirror: false),
    ];

    /// <summary>The registry itself, which is where images are published.</summary>
    public static RegistryAddress Of(string registry, RegistryOptions options, bool isMirror = false)
    {
        var host = registry == ImageReference.DefaultRegistry ? DockerHubHost : registry;
        return new RegistryAddress(registry, new Uri($"{(options.PlainHttp.Contains(registry) ? Uri.UriSchemeHttp : Uri.UriSchemeHttps)}://{host}/v2/"), isMirror);
    }
}
