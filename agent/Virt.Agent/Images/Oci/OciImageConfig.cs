using System;
using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>How an image is run and made: OCI image specification, config.md.</summary>
public sealed record OciImageConfig
{
    /// <summary>When it was made; null where its maker does not say.</summary>
    public DateTimeOffset? Created { get; set; }

    /// <summary>Who made it.</summary>
    public string? Author { get; set; }

    /// <summary>As Go calls it: <c>amd64</c>, <c>arm64</c>.</summary>
    public string Architecture { get; set; } = "";

    /// <summary>As Go calls it: <c>linux</c>.</summary>
    public string Os { get; set; } = "";

    /// <summary>The processor's version: <c>v8</c>.</summary>
    public string? Variant { get; set; }

    /// <summary>How a container of it runs; null: as the user says.</summary>
    public OciRunConfig? Config { get; set; }

    /// <summary>What its layers are, unpacked.</summary>
    [JsonPropertyName("rootfs")]
    public OciRootFs RootFs { get; set; } = new();

    /// <summary>The steps that made it, the first one first.</summary>
    public IReadOnlyList<OciHistory>? History { get; set; }
}
