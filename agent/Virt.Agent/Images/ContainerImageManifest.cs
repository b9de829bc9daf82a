using System.Collections.Generic;

namespace Virt.Agent.Images;

/// <summary>The <c>image.json</c> of a folder that containers are made from.</summary>
/// <remarks>What has a default is set and not init: the generated JSON reader gives null, not the default, for an init property that is missing.</remarks>
public sealed record ContainerImageManifest
{
    /// <summary>What it holds, for people.</summary>
    public string Description { get; set; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    public string Architecture { get; set; } = "";

    /// <summary>The folder that becomes the root file system's lower layer, relative to the image's folder.</summary>
    public string Rootfs { get; set; } = "rootfs";

    /// <summary>What a container runs when it is not told otherwise.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>Variables that every container of it gets.</summary>
    public Dictionary<string, string> Environment { get; set; } = [];
}
