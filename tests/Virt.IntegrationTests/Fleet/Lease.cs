using System;
using System.IO;
using System.Text.Json;

namespace Virt.IntegrationTests.Fleet;

/// <summary>What stands in the lease beside a disk, as an admin reads it.</summary>
internal sealed record Lease(Guid HostId, Guid VMId, long Epoch, Guid Nonce)
{
    private static readonly JsonSerializerOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    public static Lease Of(VM machine) => Of(machine.DiskPath);

    public static Lease Of(string disk) => JsonSerializer.Deserialize<Lease>(File.ReadAllText(disk + ".lease"), AnyCase)!;
}
