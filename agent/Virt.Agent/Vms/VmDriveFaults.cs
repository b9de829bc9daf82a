using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of what is done to drives at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmDriveFaults
{
    /// <summary>It is written that the drive is being added.</summary>
    public const string AddRecorded = "vm.drive.addrecorded";

    /// <summary>Its disk is made, and leased.</summary>
    public const string Made = "vm.drive.made";

    /// <summary>QEMU has its files; the guest has no drive yet.</summary>
    public const string Opened = "vm.drive.opened";

    /// <summary>The guest has it.</summary>
    public const string Plugged = "vm.drive.plugged";

    /// <summary>It is written that it holds something else from now on.</summary>
    public const string ChangeRecorded = "vm.drive.changerecorded";

    /// <summary>What it held is out.</summary>
    public const string Ejected = "vm.drive.ejected";

    /// <summary>It is written that it is being removed.</summary>
    public const string RemoveRecorded = "vm.drive.removerecorded";

    /// <summary>The guest has let go of it; QEMU has its files still.</summary>
    public const string Unplugged = "vm.drive.unplugged";

    /// <summary>QEMU has let go of it too; its image is there still.</summary>
    public const string Closed = "vm.drive.closed";

    /// <summary>Of adding one.</summary>
    public static IReadOnlyList<string> Add { get; } = [AddRecorded, Made, Opened, Plugged];

    /// <summary>Of changing what a DVD drive holds.</summary>
    public static IReadOnlyList<string> Change { get; } = [ChangeRecorded, Ejected];

    /// <summary>Of removing one.</summary>
    public static IReadOnlyList<string> Remove { get; } = [RemoveRecorded, Unplugged, Closed];
}
