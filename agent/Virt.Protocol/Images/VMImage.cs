using System;
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

    /// <summary>Of its disk: <c>qcow2</c>; empty where it has none.</summary>
    [Key(6)]
    public string Format { get; set; } = "";

    /// <summary>Its first disk as a guest sees it; 0 where it has none.</summary>
    [Key(7)]
    public long VirtualSizeBytes { get; set; }

    /// <summary>Where it has come from; empty where nobody has said.</summary>
    [Key(8)]
    public string Source { get; set; } = "";

    /// <summary>Of what has come from there: <c>sha256:…</c> or <c>sha512:…</c>; empty where nobody has said.</summary>
    [Key(9)]
    public string Checksum { get; set; } = "";

    /// <summary>When it came to this host.</summary>
    [Key(10)]
    public DateTimeOffset AddedTime { get; set; }

    /// <summary>The virtual machines that need it, which keep it from being removed.</summary>
    [Key(11)]
    public string[] UsedBy { get; set; } = [];

    /// <summary>True where cloud-init waits inside for what <c>New-VM -UserName …</c> tells it.</summary>
    [Key(12)]
    public bool CloudInit { get; set; }

    /// <summary>Its folder on the host.</summary>
    [Key(13)]
    public string Path { get; set; } = "";

    /// <summary>What New-VMImage has made its disk forget: cloud-init, machine-id, network, ssh-host-keys; empty: nothing.</summary>
    [Key(14)]
    public string[] Sealed { get; set; } = [];

    /// <summary>For which machines it has a booted state, from which <c>New-VM -Warm</c> starts them, such as <c>256MB, 1 processor, generation 2, disk of 1GB, a network adapter</c>; empty: for none.</summary>
    [Key(15)]
    public string[] WarmStates { get; set; } = [];

    /// <summary>Bytes that its booted states take.</summary>
    [Key(16)]
    public long WarmBytes { get; set; }

    /// <summary>Why New-VMImage could not make its disk forget anything, in words; empty: it could, or was not to.</summary>
    [Key(17)]
    public string SealProblem { get; set; } = "";

    /// <summary>Its disks, the first one first.</summary>
    [Key(18)]
    public VMImageDisk[] Disks { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The image's name.</summary>
    public override string ToString() => Name;
}
