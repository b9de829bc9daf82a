using System.Text.Json.Serialization;

namespace Virt.Agent.Registries;

/// <summary>Specs as they are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PullSpec))]
internal sealed partial class PullJson : JsonSerializerContext;
