using System;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>One step of an image's making: OCI image specification, config.md, history.</summary>
public sealed record OciHistory
{
    /// <summary>When it was done.</summary>
    public DateTimeOffset? Created { get; set; }

    /// <summary>The command.</summary>
    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; set; }

    /// <summary>Who did it.</summary>
    public string? Author { get; set; }

    /// <summary>What is said of it.</summary>
    public string? Comment { get; set; }

    /// <summary>It changed no file, so no layer belongs to it.</summary>
    [JsonPropertyName("empty_layer")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EmptyLayer { get; set; }
}
