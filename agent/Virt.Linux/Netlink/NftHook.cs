namespace Virt.Linux.Netlink;

/// <summary>Where in a packet's way a chain stands (linux/netfilter.h, NF_INET_…).</summary>
public enum NftHook
{
    /// <summary>It has just come in.</summary>
    Prerouting = 0,

    /// <summary>It is for this host.</summary>
    Input = 1,

    /// <summary>It passes through.</summary>
    Forward = 2,

    /// <summary>This host sends it.</summary>
    Output = 3,

    /// <summary>It is about to leave.</summary>
    Postrouting = 4,
}
