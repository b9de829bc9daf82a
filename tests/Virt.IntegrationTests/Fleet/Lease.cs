using System;
using System.IO;
using System.Text.Json;

namespace Virt.IntegrationTests.Fleet;

/// <summary>What stands in the lease beside a disk, as an admin reads it.</summary>
internal sealed record Lease(Guid HostId, Guid VMId, long Epoch, Guid Nonce)
{
    private static readonly JsonSerializerOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    public static Lease Of(VM machine) => JsonSerializer.Deserialize<Lease>(File.ReadAllText(machine.DiskPath + ".lease"), AnyCase)!;
}
