using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>One image in the <c>manifest.json</c> of an archive that <c>docker save</c> writes.</summary>
public sealed record DockerArchiveItem
{
    /// <summary>The archive's file that lists its images.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The file that is its config.</summary>
    [JsonPropertyName("Config")]
    public string Config { get; set; } = "";

    /// <summary>Its names: <c>debian:12</c>.</summary>
    [JsonPropertyName("RepoTags")]
    public IReadOnlyList<string>? RepoTags { get; set; }

    /// <summary>The files that are its layers, the lowest first.</summary>
    [JsonPropertyName("Layers")]
    public IReadOnlyList<string> Layers { get; set; } = [];
}
