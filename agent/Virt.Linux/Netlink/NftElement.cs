namespace Virt.Linux.Netlink;

/// <summary>An element of a set or map, its parts one behind the other, each filled up to 4 bytes.</summary>
/// <param name="Key">What it is found by; of a range the first.</param>
/// <param name="Data">What it leads to; null in a set.</param>
/// <param name="KeyEnd">Of a range the last; null where it is none.</param>
public sealed record NftElement(byte[] Key, byte[]? Data = null, byte[]? KeyEnd = null);
