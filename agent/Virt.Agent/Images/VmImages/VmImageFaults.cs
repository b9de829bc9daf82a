using System.Collections.Generic;

namespace Virt.Agent.Images.VmImages;

/// <summary>The places between two steps of what is done with images of virtual machines at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmImageFaults
{
    /// <summary>Its folder has another name, by which nobody finds it; its files are there.</summary>
    public const string Hidden = "vmimage.remove.hidden";

    /// <summary>All of its files are there, under no name.</summary>
    public const string Written = "vmimage.add.written";

    /// <summary>It has its name.</summary>
    public const string Named = "vmimage.add.named";

    /// <summary>The first bytes of a disk have come.</summary>
    public const string Begun = "vmimage.save.begun";

    /// <summary>A disk has come to its last byte, which nobody has verified.</summary>
    public const string Read = "vmimage.save.read";

    /// <summary>It is the one that was wanted.</summary>
    public const string Verified = "vmimage.save.verified";

    /// <summary>Of one that comes from a server.</summary>
    public static IReadOnlyList<string> Save { get; } = [Begun, Read, Verified, Written, Named];

    /// <summary>A machine's disk was copied.</summary>
    public const string Copied = "vmimage.new.copied";

    /// <summary>The QEMU is there in which the copy is to forget whose it was.</summary>
    public const string Sealing = "vmimage.new.sealing";

    /// <summary>It has forgotten that, and shut down.</summary>
    public const string Sealed = "vmimage.new.sealed";

    /// <summary>The QEMU is there in which an installer comes up.</summary>
    public const string Installing = "vmimage.install.launched";

    /// <summary>The installer has powered off, and its QEMU has ended.</summary>
    public const string Installed = "vmimage.install.done";

    /// <summary>Of one that an installer has made.</summary>
    public static IReadOnlyList<string> Install { get; } = [Installing, Installed, Written, Named];

    /// <summary>Of one that is made of a machine.</summary>
    public static IReadOnlyList<string> Make { get; } = [Copied, Sealing, Sealed, Written, Named];

    /// <summary>A distribution's packages are installed in a folder.</summary>
    public const string Bootstrapped = "vmimage.new.bootstrapped";

    /// <summary>They stand on a disk, which is not in the form of images yet.</summary>
    public const string DiskMade = "vmimage.new.disk";

    /// <summary>Of one that is made of a distribution.</summary>
    public static IReadOnlyList<string> MakeOfDistribution { get; } = [Bootstrapped, DiskMade, Written, Named];

    /// <summary>Of a removal.</summary>
    public static IReadOnlyList<string> Remove { get; } = [Hidden];
}
