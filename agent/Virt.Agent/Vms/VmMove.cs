using System;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>A move that a machine is in, as one of the two sides has written it down; stored with its spec (docs/adr/0008).</summary>
/// <remarks>What has a default is set and not init: the generated JSON reader gives null, not the default, for an init property that is missing.</remarks>
public sealed record VmMove
{
    /// <summary>The move's id, the same on both sides.</summary>
    public required Guid Id { get; init; }

    /// <summary>How far it has come on this side; also tells which side this is.</summary>
    public required MoveStage Stage { get; init; }

    /// <summary>The other side's fingerprint.</summary>
    public required string Peer { get; init; }

    /// <summary>The other side's name.</summary>
    public required string PeerName { get; init; }

    /// <summary>The epoch that the machine has when it is the destination's.</summary>
    public required long Epoch { get; init; }

    /// <summary>Its QEMU moves; else its files alone.</summary>
    public required bool IsLive { get; init; }

    /// <summary>The guest's CPUs stood still before, and are to stand still afterwards.</summary>
    public bool IsPaused { get; set; }

    /// <summary>The disk stays where it is; else the destination has a copy of its own.</summary>
    public bool AreDisksShared { get; set; }

    /// <summary>Source: the operation that moves it.</summary>
    public Guid OperationId { get; set; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; set; }

    /// <summary>Source, once it is released: when the guest was stopped; null where it did not run.</summary>
    public DateTimeOffset? StopTime { get; set; }

    /// <summary>Source, once it is released: what was sent of its memory.</summary>
    public long MemoryBytesSent { get; set; }

    /// <summary>Source, once it is released: what was sent of its disk.</summary>
    public long DiskBytesSent { get; set; }
}
