using System.Collections.Generic;

namespace Virt.Agent.Vms.Warm;

/// <summary>The places between two steps of a booted state's making, and of a machine's that starts from it, at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class WarmFaults
{
    /// <summary>The QEMU is there whose guest is to be kept.</summary>
    public const string Launched = "vm.warm.launched";

    /// <summary>Its guest has come to rest.</summary>
    public const string Rested = "vm.warm.rested";

    /// <summary>Its memory is in a file that has no name yet.</summary>
    public const string Saved = "vm.warm.saved";

    /// <summary>All of its files are on the disk, under no name.</summary>
    public const string Written = "vm.warm.written";

    /// <summary>It has its name.</summary>
    public const string Named = "vm.warm.named";

    /// <summary>The machine's files are there.</summary>
    public const string Made = "vm.warmclone.made";

    /// <summary>Its QEMU is there, and is about to read the memory.</summary>
    public const string Loading = "vm.warmclone.loading";

    /// <summary>Its guest runs, and is the one that was kept still.</summary>
    public const string Running = "vm.warmclone.running";

    /// <summary>Its guest is another one; nothing says so yet.</summary>
    public const string Renewed = "vm.warmclone.renewed";

    /// <summary>A state has another name, by which nobody finds it; its files are there.</summary>
    public const string Hidden = "vm.warm.hidden";

    /// <summary>Of a state's making.</summary>
    public static IReadOnlyList<string> State { get; } = [Launched, Rested, Saved, Written, Named];

    /// <summary>Of a machine's that starts from it.</summary>
    public static IReadOnlyList<string> Clone { get; } = [Made, Loading, Running, Renewed];
}
