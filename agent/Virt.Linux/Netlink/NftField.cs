namespace Virt.Linux.Netlink;

/// <summary>One part of a set's key or of a map's data. Parts stand in whole 4-byte registers.</summary>
public sealed record NftField
{
    private NftField(int type, int length)
    {
        Type = type;
        Length = length;
    }

    /// <summary>An IPv4 address.</summary>
    public static NftField Internet4 { get; } = new(7, 4);

    /// <summary>An IPv6 address.</summary>
    public static NftField Internet6 { get; } = new(8, 16);

    /// <summary>A transport protocol.</summary>
    public static NftField Protocol { get; } = new(12, 4);

    /// <summary>A port.</summary>
    public static NftField Port { get; } = new(13, 4);

    /// <summary>How nft(8) is to show it: a number of libnftables' own.</summary>
    public int Type { get; }

    /// <summary>In bytes.</summary>
    public int Length { get; }

    internal static int TypeOf(NftField[] fields)
    {
        var type = 0;
        foreach (var field in fields)
            type = (type << 6) | field.Type;
        return type;
    }

    internal static int LengthOf(NftField[] fields)
    {
        var length = 0;
        foreach (var field in fields)
            length += field.Length;
        return length;
    }
}
