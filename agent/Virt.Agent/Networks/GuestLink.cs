using System.Collections.Generic;
using System.Net;

namespace Virt.Agent.Networks;

/// <summary>What a guest has to know of its link into a network, where it does not ask by DHCP.</summary>
/// <param name="MacAddress">The link's hardware address.</param>
/// <param name="MtuBytes">The longest packet.</param>
/// <param name="Addresses">Its addresses, each with the length of its subnet's prefix.</param>
/// <param name="Gateways">Who leads out of the network; none where nobody does.</param>
public sealed record GuestLink(string MacAddress, int MtuBytes, IReadOnlyList<(IPAddress Address, int PrefixLength)> Addresses, IReadOnlyList<IPAddress> Gateways);
