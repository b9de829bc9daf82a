using System.Text.Json.Serialization;

namespace Virt.Agent.Storage;

/// <summary>How leases are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DiskLease))]
internal sealed partial class LeaseJson : JsonSerializerContext;
