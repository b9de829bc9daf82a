using System;
using MessagePack;

namespace Virt;

/// <summary>The processors of a virtual machine, as they are from its next start on.</summary>
[MessagePackObject]
public sealed partial record VMProcessor
{
    /// <summary>The machine's id.</summary>
    [Key(0)]
    public Guid VMId { get; set; }

    /// <summary>The machine's name.</summary>
    [Key(1)]
    public string VMName { get; set; } = "";

    /// <summary>How many the guest sees.</summary>
    [Key(2)]
    public int Count { get; set; }

    /// <summary>Their model: <c>Host</c>, which is all that the host has (or, where guests are emulated, all that can be), or a baseline such as <c>x86-64-v2</c>.</summary>
    [Key(3)]
    public string Model { get; set; } = "";

    /// <summary>Sockets that the guest sees.</summary>
    [Key(4)]
    public int SocketCount { get; set; }

    /// <summary>Cores of each.</summary>
    [Key(5)]
    public int CoreCountPerSocket { get; set; }

    /// <summary>Threads of each of those.</summary>
    [Key(6)]
    public int ThreadCountPerCore { get; set; }

    /// <summary>What waits for the machine's next start, such as <c>ProcessorCount 4</c>; empty: nothing.</summary>
    [Key(7)]
    public string[] PendingChanges { get; set; } = [];

    /// <summary>What the machine is doing.</summary>
    [Key(8)]
    public VMState State { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The machine's name.</summary>
    public override string ToString() => VMName;
}
