using System.Text.Json.Serialization;

namespace Virt.Agent.Storage.Vhds;

/// <summary>Specs as they are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VhdSpec))]
internal sealed partial class VhdJson : JsonSerializerContext;
