using System;
using System.Collections.Generic;

namespace Virt.Agent.Containers;

/// <summary>What a container takes from its image.</summary>
/// <param name="Name">The image's name.</param>
/// <param name="Rootfs">The folder that becomes the read-only layer, with its full path; empty where it has <see cref="Layers"/>.</param>
/// <param name="Command">What runs when the user names nothing.</param>
/// <param name="Environment">Variables that every container of it gets.</param>
/// <param name="Manifest">The full path of its image.json; empty where it has <see cref="Layers"/>.</param>
public sealed record ContainerBase(string Name, string Rootfs, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, string Manifest)
{
    /// <summary>What runs before the command, whether that is the image's or the user's.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>The names of its unpacked layers in the image store, the uppermost first; empty for a folder of files.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>The digest that says which image it is; empty for a folder of files.</summary>
    public string Digest { get; init; } = "";

    /// <summary>As whom it runs; empty: root.</summary>
    public string User { get; init; } = "";

    /// <summary>Where it runs: an absolute path.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>What its maker says of it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The signal that asks it to end, by name or number; null: SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>How it is asked whether it works; null: it is not asked.</summary>
    public HealthCheck? Health { get; init; }

    /// <summary>Keeps its layers from being removed until it is disposed; null: nothing has to.</summary>
    public IDisposable? Hold { get; init; }
}
