namespace Virt;

/// <summary>What a guest sees its network adapter as.</summary>
public enum VMNetworkAdapterModel
{
    /// <summary>The fastest; the guest needs its driver.</summary>
    Virtio = 0,

    /// <summary>Intel's 82540EM, which nearly every system since 2001 knows. Only on x64.</summary>
    E1000 = 1,

    /// <summary>Intel's 82574L, its successor on PCI Express.</summary>
    E1000e = 2,

    /// <summary>Realtek's 8139, for systems that are older still. Only on x64.</summary>
    Rtl8139 = 3,
}
