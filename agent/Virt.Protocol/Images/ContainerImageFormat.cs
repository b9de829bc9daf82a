namespace Virt;

/// <summary>The form of an image in an archive or a folder.</summary>
public enum ContainerImageFormat
{
    /// <summary>An OCI layout: what skopeo, podman, buildah and umoci call <c>oci</c> and <c>oci-archive</c>.</summary>
    Oci = 0,

    /// <summary>What <c>docker save</c> writes and <c>docker load</c> reads.</summary>
    Docker = 1,
}
