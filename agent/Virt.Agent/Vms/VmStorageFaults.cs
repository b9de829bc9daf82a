using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of moving a disk to another folder at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmStorageFaults
{
    /// <summary>It is written that it goes, and where to.</summary>
    public const string Recorded = "vm.storage.recorded";

    /// <summary>The new file is there, empty.</summary>
    public const string Made = "vm.storage.made";

    /// <summary>It has all that the old one has.</summary>
    public const string Copied = "vm.storage.copied";

    /// <summary>The guest stands still.</summary>
    public const string Stopped = "vm.storage.stopped";

    /// <summary>QEMU has switched to the new file.</summary>
    public const string Switched = "vm.storage.switched";

    /// <summary>It is written that the new file is the disk.</summary>
    public const string Written = "vm.storage.written";

    /// <summary>The guest has gone on with it.</summary>
    public const string WentOn = "vm.storage.wenton";

    /// <summary>The other file is gone.</summary>
    public const string Unlinked = "vm.storage.unlinked";

    /// <summary>While the guest runs.</summary>
    public static IReadOnlyList<string> Live { get; } = [Recorded, Made, Copied, Stopped, Switched, Written, WentOn, Unlinked];

    /// <summary>While it does not.</summary>
    public static IReadOnlyList<string> Off { get; } = [Recorded, Copied, Written, Unlinked];
}
