using System;
using System.Text.Json;

namespace Virt.Agent.Vms.Qmp;

/// <summary>Something that QEMU tells without being asked. Source: QEMU's QMP reference manual, QAPI events.</summary>
/// <param name="Name">Such as <c>SHUTDOWN</c>.</param>
/// <param name="Data">Its data; Undefined where it has none.</param>
/// <param name="Time">When it happened, by the host's clock.</param>
public sealed record QmpEvent(string Name, JsonElement Data, DateTimeOffset Time)
{
    /// <summary>A text among its data; null where it is not there.</summary>
    public string? Text(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A truth value among its data; null where it is not there.</summary>
    public bool? Flag(string property) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(property, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : null;
}
