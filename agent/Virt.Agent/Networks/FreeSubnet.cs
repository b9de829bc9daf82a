using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;

namespace Virt.Agent.Networks;

/// <summary>Chooses subnets that nothing on the host has a route to.</summary>
internal static class FreeSubnet
{
    /// <summary>The first free /24 of 10.144.0.0/12: not where Docker (172.17, 192.168), Podman (10.88) or Kubernetes (10.96, 10.244) begin.</summary>
    /// <param name="taken">The destinations of the host's routes, and the subnets of all networks.</param>
    /// <returns>Null where all 4096 are taken.</returns>
    public static Subnet? Internet4(IReadOnlyList<IPNetwork> taken) => Enumerable.Range(0, 4096)
        .Select(static n => new Subnet(new IPNetwork(new IPAddress([10, (byte)(144 + (n / 256)), (byte)(n % 256), 0]), 24)))
        .Where(subnet => !taken.Any(subnet.Overlaps))
        .Cast<Subnet?>().FirstOrDefault();

    /// <summary>A /64 of a unique local prefix (RFC 4193, section 3.2.2: forty random bits).</summary>
    public static Subnet Internet6(IReadOnlyList<IPNetwork> taken, Random random)
    {
        Subnet subnet;
        do
        {
            var bytes = new byte[16];
            bytes[0] = 0xFD;
            random.NextBytes(bytes.AsSpan(1, 5));
            subnet = new Subnet(new IPNetwork(new IPAddress(bytes), 64));
        }
        while (taken.Any(subnet.Overlaps));
        return subnet;
    }
}
