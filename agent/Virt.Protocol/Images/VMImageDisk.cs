using MessagePack;

namespace Virt;

/// <summary>A disk of an image that virtual machines are made from.</summary>
[MessagePackObject]
public sealed partial record VMImageDisk
{
    /// <summary>Its name in a machine: <c>disk0</c>, <c>disk1</c>.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>As a guest sees it.</summary>
    [Key(1)]
    public long VirtualSizeBytes { get; set; }

    /// <summary>Bytes on disk.</summary>
    [Key(2)]
    public long SizeBytes { get; set; }

    /// <summary>What a guest sees it behind.</summary>
    [Key(3)]
    public VMControllerType ControllerType { get; set; }

    /// <summary>Guests only read it.</summary>
    [Key(4)]
    public bool IsReadOnly { get; set; }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
