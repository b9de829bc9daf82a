using System;

namespace Virt.Agent.Images.Oci;

/// <summary>The kinds of content that images are made of, as OCI and Docker call them.</summary>
/// <remarks>OCI image specification, media-types.md; Docker's image manifest version 2, schema 2.</remarks>
public static class MediaTypes
{
    /// <summary>A list of one image's manifests, one a platform (OCI).</summary>
    public const string Index = "application/vnd.oci.image.index.v1+json";

    /// <summary>What an image consists of (OCI).</summary>
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>How it is run, and its layers' digests unpacked (OCI).</summary>
    public const string Config = "application/vnd.oci.image.config.v1+json";

    /// <summary>A layer (OCI).</summary>
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>A layer compressed by gzip (OCI).</summary>
    public const string LayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <summary>A layer compressed by zstd (OCI).</summary>
    public const string LayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    /// <summary>A layer that only its own registry may hand out (OCI, deprecated); with <c>+gzip</c> or <c>+zstd</c> where it is compressed.</summary>
    public const string LayerForeign = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    /// <summary>A list of manifests (Docker).</summary>
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>What an image consists of (Docker).</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>How it is run (Docker).</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>A layer (Docker).</summary>
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";

    /// <summary>A layer compressed by gzip (Docker).</summary>
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>A layer compressed by zstd (Docker; buildkit writes it).</summary>
    public const string DockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";

    /// <summary>A layer that only its own registry may hand out (Docker).</summary>
    public const string DockerLayerForeign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    /// <summary>True for a list of manifests.</summary>
    public static bool IsIndex(string mediaType) => mediaType is Index or DockerIndex;

    /// <summary>True for what one image consists of.</summary>
    public static bool IsManifest(string mediaType) => mediaType is Manifest or DockerManifest;

    /// <summary>True for the config of an image that containers can be made from; charts and other artifacts have another.</summary>
    public static bool IsConfig(string mediaType) => mediaType is Config or DockerConfig;

    /// <summary>True for a layer of files, however it is compressed.</summary>
    public static bool IsLayer(string mediaType) => mediaType is Layer or LayerGzip or LayerZstd or DockerLayer or DockerLayerGzip or DockerLayerZstd || IsForeign(mediaType);

    /// <summary>True for a layer that its registry alone may hand out: it may have to be fetched from the descriptor's addresses, and is not pushed elsewhere.</summary>
    public static bool IsForeign(string mediaType) => mediaType == DockerLayerForeign || mediaType.StartsWith(LayerForeign, StringComparison.Ordinal);
}
