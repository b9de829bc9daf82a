using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>How a container of an image runs where its user says nothing else: OCI image specification, config.md, config. Its names are Docker's.</summary>
public sealed record OciRunConfig
{
    /// <summary><c>user</c>, <c>uid</c>, <c>user:group</c>, <c>uid:gid</c>; empty: root.</summary>
    [JsonPropertyName("User")]
    public string? User { get; set; }

    /// <summary>Ports that it listens on: <c>80/tcp</c>.</summary>
    [JsonPropertyName("ExposedPorts")]
    public IReadOnlyDictionary<string, OciEmpty>? ExposedPorts { get; set; }

    /// <summary>Variables: <c>NAME=value</c>.</summary>
    [JsonPropertyName("Env")]
    public IReadOnlyList<string>? Env { get; set; }

    /// <summary>What runs, before what the user or <see cref="Cmd"/> names.</summary>
    [JsonPropertyName("Entrypoint")]
    public IReadOnlyList<string>? Entrypoint { get; set; }

    /// <summary>What runs, or the arguments of <see cref="Entrypoint"/>, where the user names nothing.</summary>
    [JsonPropertyName("Cmd")]
    public IReadOnlyList<string>? Cmd { get; set; }

    /// <summary>Folders that are to be volumes.</summary>
    [JsonPropertyName("Volumes")]
    public IReadOnlyDictionary<string, OciEmpty>? Volumes { get; set; }

    /// <summary>The folder that it runs in.</summary>
    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; set; }

    /// <summary>What its maker says of it.</summary>
    [JsonPropertyName("Labels")]
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>What asks it to end: <c>SIGQUIT</c>, <c>3</c>.</summary>
    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; set; }

    /// <summary>How its health is asked for (Docker's).</summary>
    [JsonPropertyName("Healthcheck")]
    public OciHealthcheck? Healthcheck { get; set; }
}
