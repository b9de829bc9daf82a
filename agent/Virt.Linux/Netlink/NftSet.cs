namespace Virt.Linux.Netlink;

/// <summary>A set of a table; with data it is a map.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">The parts of an element.</param>
/// <param name="Data">The parts of what an element leads to; none: it is a set.</param>
/// <param name="IsInterval">An element is a range in each of its parts.</param>
public sealed record NftSet(string Name, NftField[] Key, NftField[] Data, bool IsInterval = false);
