using System;
using MessagePack;

namespace Virt;

/// <summary>A virtual machine at one moment.</summary>
[MessagePackObject]
public sealed partial record VM
{
    /// <summary>Its id, for life.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, unique on the host.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>What it is doing.</summary>
    [Key(2)]
    public VMState State { get; set; }

    /// <summary>Whether its guest agent answers.</summary>
    [Key(3)]
    public WorkloadHealth Health { get; set; }

    /// <summary>Why it is in that state where that is not plain.</summary>
    [Key(4)]
    public string Status { get; set; } = "";

    /// <summary>1: BIOS. 2: UEFI.</summary>
    [Key(5)]
    public int Generation { get; set; }

    /// <summary>Virtual processors.</summary>
    [Key(6)]
    public int ProcessorCount { get; set; }

    /// <summary>Memory of the guest.</summary>
    [Key(7)]
    public long MemoryBytes { get; set; }

    /// <summary>The image it was made from; empty where none.</summary>
    [Key(8)]
    public string Image { get; set; } = "";

    /// <summary>As the guest agent reports them, without loopback and link-local ones; where it reports none, the address that its network keeps for it.</summary>
    [Key(9)]
    public string[] IPAddresses { get; set; } = [];

    /// <summary>Of its network adapter; empty where it has none.</summary>
    [Key(10)]
    public string MacAddress { get; set; } = "";

    /// <summary>Its disk, on the host; empty where it has none.</summary>
    [Key(11)]
    public string DiskPath { get; set; } = "";

    /// <summary>The disk's size as the guest sees it.</summary>
    [Key(12)]
    public long DiskSizeBytes { get; set; }

    /// <summary><c>kvm</c> or <c>tcg</c> while it runs, else empty.</summary>
    [Key(13)]
    public string Accelerator { get; set; } = "";

    /// <summary>QEMU's process id; null while there is none.</summary>
    [Key(14)]
    public int? ProcessId { get; set; }

    /// <summary>How long it has run; zero while it does not.</summary>
    [Key(15)]
    public TimeSpan Uptime { get; set; }

    /// <summary>When it was made.</summary>
    [Key(16)]
    public DateTimeOffset CreationTime { get; set; }

    /// <summary>The user's own words.</summary>
    [Key(17)]
    public string Notes { get; set; } = "";

    /// <summary>The network of its adapter; empty where it has none.</summary>
    [Key(18)]
    public string Network { get; set; } = "";

    /// <summary>Published ports.</summary>
    [Key(19)]
    public string[] Ports { get; set; } = [];

    /// <summary>Who may come to them; empty: anybody.</summary>
    [Key(20)]
    public string[] AllowFrom { get; set; } = [];

    /// <summary>Whether it is started when its host has started.</summary>
    [Key(21)]
    public VMStartAction AutomaticStartAction { get; set; }

    /// <summary>So long after its host.</summary>
    [Key(22)]
    public TimeSpan AutomaticStartDelay { get; set; }

    /// <summary>The machines that are started before it.</summary>
    [Key(23)]
    public string[] After { get; set; } = [];

    /// <summary>What becomes of it when its host stops.</summary>
    [Key(24)]
    public VMStopAction AutomaticStopAction { get; set; }

    /// <summary>What waits for its next start, such as <c>ProcessorCount 4</c>; empty: nothing.</summary>
    [Key(25)]
    public string[] PendingChanges { get; set; } = [];

    /// <summary>The virtual machine whose disk its own stands on, as a linked copy (Copy-VM); empty: none.</summary>
    [Key(26)]
    public string LinkedTo { get; set; } = "";

    /// <summary>What it shows its screen by.</summary>
    [Key(27)]
    public VMVideoAdapter VideoAdapter { get; set; }

    /// <summary>What its checkpoints are where nobody says it, or that there are none.</summary>
    [Key(28)]
    public VMCheckpointType CheckpointType { get; set; }

    /// <summary>Processor time of the host since the agent was last asked for it, in percent of one CPU, as Measure-VM counts it; null while the machine does not run, and in its first half second.</summary>
    [Key(29)]
    public double? CpuPercent { get; set; }

    /// <summary>Memory of the host in use: the guest's, as far as it has been touched, and QEMU's own; null while it does not run.</summary>
    [Key(30)]
    public long? UsedMemoryBytes { get; set; }

    /// <summary>The Unix socket on its host where its screen is shown over VNC; empty: while it does not run, and where it has no video adapter.</summary>
    [Key(31)]
    public string VncSocketPath { get; set; } = "";

    /// <summary>What becomes of it when its guest has not fed its watchdog in time; None: it has no watchdog.</summary>
    [Key(32)]
    public VMWatchdogAction WatchdogAction { get; set; }

    /// <summary>How its guest is asked whether it works; null: it is healthy when its guest agent answers.</summary>
    [Key(33)]
    public HealthCheck? HealthCheck { get; set; }

    /// <summary>What that answered last; empty: nothing yet.</summary>
    [Key(34)]
    public string HealthMessage { get; set; } = "";

    /// <summary>Its guest has a USB tablet.</summary>
    [Key(35)]
    public bool HasUsbTablet { get; set; }

    /// <summary>When checkpoints of it are made by themselves while it runs, as in crontab(5); empty: never.</summary>
    [Key(36)]
    public string CheckpointSchedule { get; set; } = "";

    /// <summary>On whose clock: an IANA name; empty: it has no schedule.</summary>
    [Key(37)]
    public string CheckpointTimeZone { get; set; } = "";

    /// <summary>So long after it was made each of these goes by itself; null: it has no schedule.</summary>
    [Key(38)]
    public TimeSpan? CheckpointExpiresAfter { get; set; }

    /// <summary>When the next is made, where it runs then; null: never.</summary>
    [Key(39)]
    public DateTimeOffset? NextCheckpointTime { get; set; }

    /// <summary>Why there is no checkpoint of the last time of its schedule; empty: there is one, or there was no time yet.</summary>
    [Key(40)]
    public string CheckpointProblem { get; set; } = "";

    /// <summary>Its guest has an agent of its own, or gets one when it is needed: <c>-ComputerName vm:NAME</c>.</summary>
    [Key(41)]
    public bool HasAgent { get; set; }

    /// <summary>Its CPU: <c>x64</c> or <c>arm64</c>.</summary>
    [Key(42)]
    public string Architecture { get; set; } = "";

    /// <summary>What its guest says of itself, where that was asked for (Get-VM -Detailed) and it answered; set by the client.</summary>
    [IgnoreMember]
    public VMGuest? Guest { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => Name;
}
