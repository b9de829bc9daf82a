using System.Text.Json.Serialization;

namespace Virt.Agent.Patching;

/// <summary>How schedules are stored, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PatchSchedule))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
