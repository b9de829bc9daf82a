namespace Virt;

/// <summary>What an event is about.</summary>
public enum VirtEventKind
{
    /// <summary>The host and its agent.</summary>
    Host = 0,

    /// <summary>A virtual machine.</summary>
    VM = 1,

    /// <summary>A container.</summary>
    Container = 2,

    /// <summary>A network.</summary>
    Network = 3,

    /// <summary>A volume.</summary>
    Volume = 4,

    /// <summary>A change that somebody has asked for; its Name is that of what it works on.</summary>
    Operation = 5,

    /// <summary>An image of containers in the agent's store.</summary>
    Image = 6,
}
