using System;
using MessagePack;

namespace Virt;

/// <summary>The system inside a virtual machine, in its own words. What the guest does not tell is empty or null.</summary>
[MessagePackObject]
public sealed partial record VMGuest
{
    /// <summary>The machine's id.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>The guest's own name.</summary>
    [Key(2)]
    public string HostName { get; set; } = "";

    /// <summary>Such as <c>Debian GNU/Linux 12 (bookworm)</c>.</summary>
    [Key(3)]
    public string OSName { get; set; } = "";

    /// <summary>The system's family, such as <c>debian</c> or <c>mswindows</c>.</summary>
    [Key(4)]
    public string OSId { get; set; } = "";

    /// <summary>Such as <c>12</c>.</summary>
    [Key(5)]
    public string OSVersion { get; set; } = "";

    /// <summary>Such as <c>6.1.0-18-cloud-amd64</c>.</summary>
    [Key(6)]
    public string KernelRelease { get; set; } = "";

    /// <summary>Its build.</summary>
    [Key(7)]
    public string KernelVersion { get; set; } = "";

    /// <summary>Such as <c>x86_64</c>.</summary>
    [Key(8)]
    public string Architecture { get; set; } = "";

    /// <summary>Such as <c>CET</c>.</summary>
    [Key(9)]
    public string TimeZone { get; set; } = "";

    /// <summary>How far its clock on the wall is from UTC.</summary>
    [Key(10)]
    public TimeSpan? UtcOffset { get; set; }

    /// <summary>Who is logged in.</summary>
    [Key(11)]
    public VMGuestUser[] Users { get; set; } = [];

    /// <summary>Its network interfaces.</summary>
    [Key(12)]
    public VMGuestInterface[] Interfaces { get; set; } = [];

    /// <summary>Its addresses, without loopback and link-local ones.</summary>
    [Key(13)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Its mounted file systems.</summary>
    [Key(14)]
    public VMGuestFileSystem[] FileSystems { get; set; } = [];

    /// <summary>The guest agent's version.</summary>
    [Key(15)]
    public string AgentVersion { get; set; } = "";

    /// <summary>The packages that are installed, by name; empty where they were not asked for, and where it has no package manager that is known (dpkg, rpm, apk).</summary>
    [Key(16)]
    public VMGuestPackage[] Packages { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => Name;
}
