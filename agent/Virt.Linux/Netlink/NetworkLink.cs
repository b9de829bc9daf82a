namespace Virt.Linux.Netlink;

/// <summary>A link of a network namespace.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Mtu">The longest packet that it takes, in bytes.</param>
/// <param name="Master">The index of the bridge that it is a port of; 0: none.</param>
/// <param name="IsLoopback">It is a loopback.</param>
/// <param name="IsUp">It is set up.</param>
public sealed record NetworkLink(int Index, string Name, int Mtu, int Master, bool IsLoopback, bool IsUp);
