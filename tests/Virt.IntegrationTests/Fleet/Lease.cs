using System;
using System.IO;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Virt.IntegrationTests.Fleet;

/// <summary>What stands in the lease beside a disk, as an admin reads it.</summary>
internal sealed record Lease(Guid HostId, Guid VMId, long Epoch, Guid Nonce)
{
    private static readonly JsonSerializerOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    public static Lease Of(VM machine) => Of(machine.DiskPath);

    /// <summary>It stands beside the file that the disk was before its first checkpoint.</summary>
    public static Lease Of(string disk) =>
        JsonSerializer.Deserialize<Lease>(File.ReadAllText((File.Exists(disk + ".lease") ? disk : Regex.Replace(disk, @"\.[0-9a-f]{8}\.qcow2$", ".qcow2", RegexOptions.None, TimeSpan.FromSeconds(1))) + ".lease"), AnyCase)!;
}
