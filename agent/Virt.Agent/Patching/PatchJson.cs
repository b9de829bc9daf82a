using System.Text.Json.Serialization;

namespace Virt.Agent.Patching;

/// <summary>How runs and journals are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PatchRunSpec))]
[JsonSerializable(typeof(PatchJournal))]
internal sealed partial class PatchJson : JsonSerializerContext;
