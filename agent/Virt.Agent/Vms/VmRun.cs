using System;
using System.Text.Json.Serialization;
using Virt.Linux.Processes;

namespace Virt.Agent.Vms;

/// <summary>What is true of a machine's present or last run; stored as JSON.</summary>
public sealed record VmRun
{
    /// <summary>QEMU's process id; 0 before it was launched.</summary>
    public int ProcessId { get; init; }

    /// <summary>See <see cref="ProcessIdentity.Inode"/>.</summary>
    public ulong Inode { get; init; }

    /// <summary>See <see cref="ProcessIdentity.StartTicks"/>.</summary>
    public ulong StartTicks { get; init; }

    /// <summary>The swtpm that is its TPM; null: it has none, or it was not launched yet.</summary>
    public VmTpmProcess? Tpm { get; init; }

    /// <summary>When QEMU was launched.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary><c>kvm</c> or <c>tcg</c>.</summary>
    public string Accelerator { get; init; } = "";

    /// <summary>Why it is in its state where that is not plain.</summary>
    public string Status { get; init; } = "";

    /// <summary>While it is being removed: whether its disk goes with it.</summary>
    public bool DeletesDisk { get; init; }

    /// <summary>It was ended to be started anew: whoever sees its end does that.</summary>
    public bool StartAgain { get; init; }

    /// <summary>It ran when its host stopped, or lost its power: it is started with it.</summary>
    public bool HostStopped { get; init; }

    /// <summary>Its guest is another machine's still, whose state it starts from: it comes to nothing where that is not changed.</summary>
    public bool Renews { get; init; }

    /// <summary>Its guest stood still already when what is half done to it was begun: so it does when that is undone or finished.</summary>
    public bool WasPaused { get; init; }

    /// <summary>What was saved of it; null: nothing.</summary>
    public VmSavedState? Saved { get; init; }

    /// <summary>What proves that a process is this run's QEMU.</summary>
    [JsonIgnore]
    public ProcessIdentity Identity => new(ProcessId, Inode, StartTicks);
}
