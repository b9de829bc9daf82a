using System.Collections.Generic;

namespace Virt.Agent.Images;

/// <summary>The <c>image.json</c> of a folder that containers are made from.</summary>
public sealed record ContainerImageManifest
{
    /// <summary>What it holds, for people.</summary>
    public string Description { get; init; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The folder that becomes the root file system's lower layer, relative to the image's folder.</summary>
    public string Rootfs { get; init; } = "rootfs";

    /// <summary>What a container runs when it is not told otherwise.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Variables that every container of it gets.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];
}
