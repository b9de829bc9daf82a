namespace Virt;

/// <summary>What a guest shows its screen by.</summary>
public enum VMVideoAdapter
{
    /// <summary>Nothing: it has a serial console only.</summary>
    None = 0,

    /// <summary>A plain VGA adapter, which every system knows, also before its drivers are there.</summary>
    VGA = 1,

    /// <summary>A virtio GPU, which takes a driver.</summary>
    Virtio = 2,
}
