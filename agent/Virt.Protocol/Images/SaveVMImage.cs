using MessagePack;

namespace Virt.Protocol;

/// <summary>Gets an image of virtual machines from a web server. Either an address with a checksum, or a server that says what it has.</summary>
[MessagePackObject]
public sealed partial record SaveVMImage
{
    /// <summary>What it will be called, such as <c>debian/12</c>; for a server that says what it has also what it is called there.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>The address of its disk: a qcow2 image or a raw disk; empty: it is asked for at <see cref="Server"/>.</summary>
    [Key(1)]
    public string Uri { get; set; } = "";

    /// <summary>What that must come to: <c>sha256:…</c> or <c>sha512:…</c>; empty: it stands at <see cref="ChecksumUri"/>.</summary>
    [Key(2)]
    public string Checksum { get; set; } = "";

    /// <summary>The address of a list of checksums, such as SHA256SUMS, that has the file's name in it.</summary>
    [Key(3)]
    public string ChecksumUri { get; set; } = "";

    /// <summary>The address of a server with <c>streams/v1/index.json</c>.</summary>
    [Key(4)]
    public string Server { get; set; } = "";

    /// <summary>For people; empty: what the server says.</summary>
    [Key(5)]
    public string Description { get; set; } = "";

    /// <summary>A QEMU guest agent starts in it.</summary>
    [Key(6)]
    public bool GuestAgent { get; set; }

    /// <summary>The CPU that it is for.</summary>
    [Key(7)]
    public VMArchitecture Architecture { get; set; }
}
