using System.Text.Json.Serialization;

namespace Virt.Agent.Vms.Warm;

/// <summary>How booted states are described on the disk, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(WarmState))]
internal sealed partial class WarmJson : JsonSerializerContext;
