using System.Collections.Generic;
using Virt.Agent.Networks;

namespace Virt.Agent.Vms;

/// <summary>What of a host decides whether a machine can come to it.</summary>
public sealed record MoveSite
{
    /// <summary>The host's name.</summary>
    public required string HostName { get; init; }

    /// <summary>The host's CPU: <c>x64</c> or <c>arm64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Of its QEMU for the machine's CPU; null: none is installed.</summary>
    public required string? QemuVersion { get; init; }

    /// <summary><c>kvm</c> or <c>tcg</c>, by which it would run the machine.</summary>
    public required string Accelerator { get; init; }

    /// <summary>What its CPU can.</summary>
    public required IReadOnlyCollection<string> CpuFlags { get; init; }

    /// <summary>Memory that could be given out without swapping.</summary>
    public required long MemoryAvailableBytes { get; init; }

    /// <summary>UEFI for the machine's CPU is installed.</summary>
    public required bool HasUefi { get; init; }

    /// <summary>swtpm is installed.</summary>
    public required bool HasSwtpm { get; init; }

    /// <summary>QEMU's own networks that machines of this host can be on.</summary>
    public required IReadOnlyCollection<string> OwnNetworks { get; init; }

    /// <summary>What the machine would find in the host's network that has the name of its own; null: there is none, or it is in none.</summary>
    public NetworkArrival? Arrival { get; init; }

    /// <summary>The image's name is known here.</summary>
    public required bool HasImage { get; init; }

    /// <summary>Where another image would be put.</summary>
    public required string ImageFolder { get; init; }

    /// <summary>A machine of the same name, or of the same id, is here.</summary>
    public required bool IsTaken { get; init; }

    /// <summary>The first disk that is not reached here at the same path; null: all are.</summary>
    public required string? UnreachedDisk { get; init; }

    /// <summary>The folder that copied disks would go to.</summary>
    public required string StorageFolder { get; init; }

    /// <summary>Free space there; null: there is no such folder.</summary>
    public required long? StorageFreeBytes { get; init; }

    /// <summary>The first of the files below the disks that is not here as it is there; null: all are.</summary>
    public required string? MissingBacking { get; init; }

    /// <summary>The same as <see cref="Arrival"/> of the adapters beside the first, by their names: of those whose network is here.</summary>
    public IReadOnlyDictionary<string, NetworkArrival> Arrivals { get; init; } = new Dictionary<string, NetworkArrival>();

    /// <summary>Free space where the agent keeps what checkpoints hold beside the disks; null: that is where copied disks would go to.</summary>
    public long? StateFreeBytes { get; init; }
}
