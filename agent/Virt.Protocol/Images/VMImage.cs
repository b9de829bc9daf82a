using MessagePack;

namespace Virt;

/// <summary>An image that virtual machines are made from.</summary>
[MessagePackObject]
public sealed partial record VMImage
{
    /// <summary>Its name, as <c>New-VM -Image</c> takes it.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>What it holds.</summary>
    [Key(1)]
    public string Description { get; set; } = "";

    /// <summary><c>kernel</c> (booted directly) or <c>disk</c>.</summary>
    [Key(2)]
    public string BootKind { get; set; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    [Key(3)]
    public string Architecture { get; set; } = "";

    /// <summary>Bytes on disk.</summary>
    [Key(4)]
    public long SizeBytes { get; set; }

    /// <summary>True where a guest agent is inside.</summary>
    [Key(5)]
    public bool GuestAgent { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The image's name.</summary>
    public override string ToString() => Name;
}
