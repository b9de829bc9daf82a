using System.Net;

namespace Virt.Linux.Netlink;

/// <summary>An address of a link.</summary>
/// <param name="Link">The link's name.</param>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="PrefixLength">Of its network.</param>
/// <param name="IsLoopback">The link is a loopback.</param>
public sealed record NetworkAddress(string Link, IPAddress Address, int PrefixLength, bool IsLoopback);
