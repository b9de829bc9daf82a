using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>An image's layers by what they are before compression: OCI image specification, config.md, rootfs.</summary>
public sealed record OciRootFs
{
    /// <summary>Always <c>layers</c>.</summary>
    public string Type { get; set; } = "layers";

    /// <summary>The digest of each layer's uncompressed archive, the lowest first.</summary>
    [JsonPropertyName("diff_ids")]
    public IReadOnlyList<Digest> DiffIds { get; set; } = [];
}
