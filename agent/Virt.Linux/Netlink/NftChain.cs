namespace Virt.Linux.Netlink;

/// <summary>A chain of nftables.</summary>
/// <param name="Table">Its table's name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Hook">Where packets come through it; null: it is only led to.</param>
/// <param name="Drops">What no rule of it speaks of is dropped.</param>
public sealed record NftChain(string Table, string Name, NftHook? Hook, bool Drops);
