using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of a machine's start at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmFaults
{
    /// <summary>Its link into its network is made, and its ports are published; there is no QEMU yet.</summary>
    public const string Connected = "vm.start.connected";

    /// <summary>The swtpm of a machine that has a TPM is there, and its QEMU is not.</summary>
    public const string TpmLaunched = "vm.start.tpm";

    /// <summary>QEMU is there and stands still; nothing says which process it is.</summary>
    public const string Launched = "vm.start.launched";

    /// <summary>It is written that the machine is restarted; the guest has not been asked yet.</summary>
    public const string RestartAnnounced = "vm.restart.announced";

    /// <summary>The guest has ended, and is not started yet.</summary>
    public const string RestartEnded = "vm.restart.ended";

    /// <summary>It is written that the machine is being saved; the guest runs on.</summary>
    public const string SaveRecorded = "vm.save.recorded";

    /// <summary>The guest stands still, and its memory is being written.</summary>
    public const string Saving = "vm.save.saving";

    /// <summary>Its memory is on the disk; nothing says so yet.</summary>
    public const string SaveFlushed = "vm.save.flushed";

    /// <summary>It is written that it is saved; QEMU is there still.</summary>
    public const string SaveWritten = "vm.save.written";

    /// <summary>A new QEMU is there, and is about to read the memory.</summary>
    public const string SavedLaunched = "vm.saved.launched";

    /// <summary>Of a start.</summary>
    public static IReadOnlyList<string> Start { get; } = [Connected, Launched];

    /// <summary>Of a start of a machine that has a TPM.</summary>
    public static IReadOnlyList<string> StartWithTpm { get; } = [Connected, TpmLaunched, Launched];

    /// <summary>Of a restart.</summary>
    public static IReadOnlyList<string> Restart { get; } = [RestartAnnounced, RestartEnded];

    /// <summary>Of a save.</summary>
    public static IReadOnlyList<string> Save { get; } = [SaveRecorded, Saving, SaveFlushed, SaveWritten];

    /// <summary>Of a start from what was saved.</summary>
    public static IReadOnlyList<string> FromSaved { get; } = [Connected, Launched, SavedLaunched];
}
