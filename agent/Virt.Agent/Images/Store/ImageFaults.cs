using System.Collections.Generic;
using Virt.Agent.Common;

namespace Virt.Agent.Images.Store;

/// <summary>The places between two steps of an image's coming and going, for <see cref="FaultPoint"/>.</summary>
public static class ImageFaults
{
    /// <summary>All blobs are here.</summary>
    public const string BlobsStored = "image.blobs.stored";

    /// <summary>All layers are unpacked, and none has its name.</summary>
    public const string LayersUnpacked = "image.layers.unpacked";

    /// <summary>All layers have their names; nothing says that the image is here.</summary>
    public const string LayersNamed = "image.layers.named";

    /// <summary>The image is known; its layers may not be on the disk.</summary>
    public const string Recorded = "image.recorded";

    /// <summary>A name or an image is removed; its blobs and layers are still there.</summary>
    public const string Removed = "image.removed";

    /// <summary>An image has another name, or a further one.</summary>
    public const string Named = "image.named";

    /// <summary>An image has lost a name.</summary>
    public const string Unnamed = "image.unnamed";

    /// <summary>An archive of an image is whole, and has not its name.</summary>
    public const string ExportFilled = "image.export.filled";

    /// <summary>Those of an image's coming.</summary>
    public static IReadOnlyList<string> Arrival { get; } = [BlobsStored, LayersUnpacked, LayersNamed, Recorded];

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Arrival, Removed, Named, Unnamed, ExportFilled];
}
