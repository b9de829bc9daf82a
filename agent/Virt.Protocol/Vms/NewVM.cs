using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes a virtual machine. Limits: docs/cmdlets/New-VM.md.</summary>
[MessagePackObject]
public sealed partial record NewVM
{
    /// <summary>1 to 64 characters: letters, digits, dot, dash, underscore; unique.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>32 MB to the host's memory.</summary>
    [Key(1)]
    public long MemoryStartupBytes { get; set; } = 268435456;

    /// <summary>1 to 240.</summary>
    [Key(2)]
    public int ProcessorCount { get; set; } = 1;

    /// <summary>1: BIOS. 2: UEFI.</summary>
    [Key(3)]
    public int Generation { get; set; } = 2;

    /// <summary>The image it is made from; null: none.</summary>
    [Key(4)]
    public string? Image { get; set; }

    /// <summary>An existing disk image to use; null: none.</summary>
    [Key(5)]
    public string? VHDPath { get; set; }

    /// <summary>Where to make a new disk; null: in the machine's own folder.</summary>
    [Key(6)]
    public string? NewVHDPath { get; set; }

    /// <summary>The new disk's size; null: the image's own, else 1 GB.</summary>
    [Key(7)]
    public long? NewVHDSizeBytes { get; set; }

    /// <summary>No disk at all.</summary>
    [Key(8)]
    public bool NoVHD { get; set; }

    /// <summary>
    /// The network: one that New-VirtNetwork has made; <c>isolated</c> (an address and nobody to talk to; also where null), <c>user</c> (QEMU's own NAT, through which a
    /// guest reaches the host's loopback too) or <c>none</c> (no adapter).
    /// </summary>
    [Key(9)]
    public string? SwitchName { get; set; }

    /// <summary>The user's own words.</summary>
    [Key(10)]
    public string Notes { get; set; } = "";

    /// <summary>Its address in the network, which a guest gets by DHCP; empty: a free one.</summary>
    [Key(11)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Ports of the host that lead to it: <c>8080:80</c>, <c>127.0.0.1:8080:80</c>, <c>5353:53/udp</c>, <c>8000-8010:8000-8010</c>.</summary>
    [Key(12)]
    public string[] Publish { get; set; } = [];

    /// <summary>Who may come to its published ports: addresses and subnets; empty: anybody.</summary>
    [Key(13)]
    public string[] AllowFrom { get; set; } = [];

    /// <summary>Whether it is started when its host has started.</summary>
    [Key(14)]
    public VMStartAction AutomaticStartAction { get; set; }

    /// <summary>So long after its host, up to a day.</summary>
    [Key(15)]
    public TimeSpan AutomaticStartDelay { get; set; }

    /// <summary>The machines that are started before it.</summary>
    [Key(16)]
    public string[] After { get; set; } = [];

    /// <summary>What becomes of it when its host stops.</summary>
    [Key(17)]
    public VMStopAction AutomaticStopAction { get; set; }

    /// <summary>What it shows its screen by; null: VGA, and on arm64 None.</summary>
    [Key(18)]
    public VMVideoAdapter? VideoAdapter { get; set; }

    /// <summary>The guest's user who may become root: 1 to 32 small letters, digits, dashes and underscores; null: the one that the image's makers have named.</summary>
    [Key(19)]
    public string? UserName { get; set; }

    /// <summary>The public keys by which that user comes in, as lines of <c>authorized_keys</c>; up to 1000.</summary>
    [Key(20)]
    public string[] SshKeys { get; set; } = [];

    /// <summary>What the guest is to call itself; null: as the machine is called.</summary>
    [Key(21)]
    public string? HostName { get; set; }

    /// <summary>More cloud-config for the guest's cloud-init, a JSON object of 1 MB at most; empty: none.</summary>
    [Key(22)]
    public string CloudInit { get; set; } = "";

    /// <summary>How its guest is asked whether it works; null: it is healthy when its guest agent answers.</summary>
    [Key(23)]
    public HealthCheck? Health { get; set; }

    /// <summary>It starts at once from a booted state of its image, which is made where there is none yet, and its guest is made another one: its name, machine id, SSH host keys, addresses, clock and random numbers.</summary>
    [Key(24)]
    public bool Warm { get; set; }

    /// <summary>Its guest gets an agent of its own, for containers in it.</summary>
    [Key(25)]
    public bool WithAgent { get; set; }

    /// <summary>A file of the host that it begins with in place of the BIOS: whole 64 KB, up to 16 MB; generation 1 alone; null: the BIOS, or UEFI.</summary>
    [Key(26)]
    public string? FirmwarePath { get; set; }

    /// <summary>The CPU that it has: one that is not its host's is emulated, and needs its QEMU and UEFI there.</summary>
    [Key(27)]
    public VMArchitecture Architecture { get; set; }
}
