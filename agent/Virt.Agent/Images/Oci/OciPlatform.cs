using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>What machine an image runs on: OCI image specification, image-index.md, platform.</summary>
public sealed record OciPlatform
{
    /// <summary>As Go calls it: <c>amd64</c>, <c>arm64</c>.</summary>
    public string Architecture { get; set; } = "";

    /// <summary>As Go calls it: <c>linux</c>.</summary>
    public string Os { get; set; } = "";

    /// <summary>The version of the system; Windows alone has it.</summary>
    [JsonPropertyName("os.version")]
    public string? OsVersion { get; set; }

    /// <summary>The processor's version: <c>v8</c>.</summary>
    public string? Variant { get; set; }

    /// <summary>What this host is.</summary>
    [JsonIgnore]
    public static OciPlatform Host { get; } = new()
    {
        Os = "linux",
        Architecture = RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            System.Runtime.InteropServices.Architecture.X86 => "386",
            var other => other.ToString().ToLowerInvariant(),
        },
    };

    /// <summary>True where a program for the other runs on this one.</summary>
    public bool Runs(OciPlatform other) => Os == other.Os && (Architecture == other.Architecture || (Architecture == "amd64" && other.Architecture == "386"));

    /// <summary><c>linux/arm64/v8</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
