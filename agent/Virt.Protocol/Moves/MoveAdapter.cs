using MessagePack;

namespace Virt.Protocol;

/// <summary>Between agents: a network adapter that a machine has beside its first.</summary>
[MessagePackObject]
public sealed partial record MoveAdapter
{
    /// <summary>Its name in the machine, such as <c>nic1</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The network that it is in.</summary>
    [Key(1)]
    public string Network { get; set; } = "";

    /// <summary>Its addresses in a network of its host's, which it keeps; empty where it is in none.</summary>
    [Key(2)]
    public string[] Addresses { get; set; } = [];

    /// <summary>That network's subnets, each as <c>10.144.0.0/24</c>.</summary>
    [Key(3)]
    public string[] Subnets { get; set; } = [];
}
