using System.Collections.Generic;
using Virt.Agent.Common;

namespace Virt.Agent.Registries;

/// <summary>The places between two steps of saving an image, for <see cref="FaultPoint"/>.</summary>
public static class PullFaults
{
    /// <summary>It is written that the image is wanted, and no registry was asked.</summary>
    public const string Written = "pull.written";

    /// <summary>Its manifest is known, and nothing of it is stored.</summary>
    public const string Known = "pull.known";

    /// <summary>The index and the manifest are stored.</summary>
    public const string Documents = "pull.documents";

    /// <summary>The config is stored, and no layer.</summary>
    public const string Config = "pull.config";

    /// <summary>The first bytes of a layer are stored.</summary>
    public const string Begun = "pull.begun";

    /// <summary>A layer has come to its last byte, which nobody has verified.</summary>
    public const string Read = "pull.read";

    /// <summary>A layer is whole.</summary>
    public const string Layer = "pull.layer";

    /// <summary>All layers are whole, and nobody knows the image.</summary>
    public const string Layers = "pull.layers";

    /// <summary>The image is known, and it is still written that it is wanted.</summary>
    public const string Committed = "pull.committed";

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [Written, Known, Documents, Config, Begun, Read, Layer, Layers, Committed];
}
