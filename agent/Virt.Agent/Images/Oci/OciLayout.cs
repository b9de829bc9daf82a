using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>The file <c>oci-layout</c> of a folder of images: OCI image specification, image-layout.md.</summary>
public sealed record OciLayout
{
    /// <summary>The file's name.</summary>
    public const string FileName = "oci-layout";

    /// <summary>The file that names its images.</summary>
    public const string IndexFile = "index.json";

    /// <summary>The version that is written, and the only one there is.</summary>
    [JsonPropertyName("imageLayoutVersion")]
    public string Version { get; set; } = "1.0.0";
}
