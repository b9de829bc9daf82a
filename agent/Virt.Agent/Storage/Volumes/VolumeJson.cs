using System.Text.Json.Serialization;

namespace Virt.Agent.Storage.Volumes;

/// <summary>Specs as they are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VolumeSpec))]
internal sealed partial class VolumeJson : JsonSerializerContext;
