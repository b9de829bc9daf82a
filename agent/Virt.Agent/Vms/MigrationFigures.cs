using System;
using System.Text.Json;

namespace Virt.Agent.Vms;

/// <summary>What QEMU says of a migration that runs or ran. Source: QAPI, MigrationInfo.</summary>
/// <param name="Status">Such as <c>active</c>; empty where there was none.</param>
/// <param name="Error">Why it failed; empty where it has not.</param>
/// <param name="TotalBytes">The memory that is to be sent.</param>
/// <param name="RemainingBytes">What is left of it, as far as is known.</param>
/// <param name="SentBytes">What has been sent, more than once where the guest has written to it.</param>
/// <param name="BytesPerSecond">How fast.</param>
/// <param name="DirtyBytesPerSecond">How fast the guest writes to its memory.</param>
/// <param name="Rounds">How often the memory was gone through.</param>
/// <param name="WrittenBytes">What the guest has written of it since the beginning, as far as is known: QEMU's own rate comes after a second at the earliest.</param>
public sealed record MigrationFigures(
    string Status, string Error, long TotalBytes, long RemainingBytes, long SentBytes, long BytesPerSecond, long DirtyBytesPerSecond, int Rounds,
    long WrittenBytes)
{
    /// <summary>Reads the answer to query-migrate.</summary>
    public static MigrationFigures Read(JsonElement answer)
    {
        answer.TryGetProperty("ram", out var ram);
        var pages = Number(ram, "normal") + Number(ram, "duplicate");
        return new MigrationFigures(
            answer.TryGetProperty("status", out var status) ? status.GetString()! : "",
            answer.TryGetProperty("error-desc", out var error) ? error.GetString()! : "",
            Number(ram, "total"),
            Number(ram, "remaining"),
            Number(ram, "transferred"),
            (long)(Real(ram, "mbps") * 1_000_000 / 8),
            Number(ram, "dirty-pages-rate") * Number(ram, "page-size"),
            (int)Number(ram, "dirty-sync-count"),
            Math.Max(0, (pages * Number(ram, "page-size")) + Number(ram, "remaining") - Number(ram, "total")));
    }

    private static long Number(JsonElement ram, string name) =>
        ram.ValueKind == JsonValueKind.Object && ram.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static double Real(JsonElement ram, string name) =>
        ram.ValueKind == JsonValueKind.Object && ram.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
