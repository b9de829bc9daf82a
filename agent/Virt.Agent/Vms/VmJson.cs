using System.Text.Json.Serialization;

namespace Virt.Agent.Vms;

/// <summary>How machines are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VmSpec))]
[JsonSerializable(typeof(VmRun))]
[JsonSerializable(typeof(VmCheckpointSpec))]
[JsonSerializable(typeof(VmSavedState))]
internal sealed partial class VmJson : JsonSerializerContext;
