using MessagePack;

namespace Virt;

/// <summary>A network interface of a guest.</summary>
[MessagePackObject]
public sealed partial record VMGuestInterface
{
    /// <summary>Such as <c>eth0</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>Its hardware address; empty where it has none.</summary>
    [Key(1)]
    public string MacAddress { get; set; } = "";

    /// <summary>Its addresses with the lengths of their prefixes: <c>10.0.2.15/24</c>.</summary>
    [Key(2)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Bytes that it has received; null where the guest does not tell.</summary>
    [Key(3)]
    public long? ReceivedBytes { get; set; }

    /// <summary>Bytes that it has sent.</summary>
    [Key(4)]
    public long? SentBytes { get; set; }

    /// <summary>Its name and addresses.</summary>
    public override string ToString() => IPAddresses.Length == 0 ? Name : $"{Name} {string.Join(" ", IPAddresses)}";
}
