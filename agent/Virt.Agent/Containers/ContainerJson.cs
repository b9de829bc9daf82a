using System.Text.Json.Serialization;

namespace Virt.Agent.Containers;

/// <summary>Specs and runs as they are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerSpec))]
[JsonSerializable(typeof(ContainerRun))]
[JsonSerializable(typeof(ContainerLayer))]
internal sealed partial class ContainerJson : JsonSerializerContext;
