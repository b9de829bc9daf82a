using System.Net;

namespace Virt.Agent.Networks.Addresses;

/// <summary>What a member is told of its place in a network.</summary>
/// <param name="Address">Its address.</param>
/// <param name="PrefixLength">The length of its subnet's prefix.</param>
/// <param name="Gateway">The host's address, where names are answered too.</param>
/// <param name="IsRouted">The host leads on to others.</param>
/// <param name="MtuBytes">The longest packet.</param>
/// <param name="HostName">Its name.</param>
/// <param name="Domain">The network's name, below which members are found.</param>
internal sealed record DhcpPlace(IPAddress Address, int PrefixLength, IPAddress Gateway, bool IsRouted, int MtuBytes, string HostName, string Domain);
