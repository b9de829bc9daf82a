namespace Virt.Linux.Processes;

/// <summary>What a <see cref="RootStep"/> does; the numbers are those of Native/launch.h.</summary>
public enum RootStepKind
{
    /// <summary>Mounts a new file system.</summary>
    Mount = 1,

    /// <summary>Makes a folder.</summary>
    Folder = 2,

    /// <summary>Makes a device node.</summary>
    Node = 3,

    /// <summary>Makes a symbolic link.</summary>
    Link = 4,

    /// <summary>Attaches a detached mount.</summary>
    Attach = 5,

    /// <summary>Shows a path at another.</summary>
    Bind = 6,

    /// <summary>Adds attributes to a mount.</summary>
    SetAttributes = 7,

    /// <summary>Makes a path read-only.</summary>
    ReadOnly = 8,

    /// <summary>Hides a path.</summary>
    Mask = 9,

    /// <summary>Writes a file.</summary>
    File = 10,

    /// <summary>Attaches a detached mount at a folder or file that is made where it is missing.</summary>
    Volume = 11,

    /// <summary>Offers the process's network namespace to whoever makes its network.</summary>
    OfferNetwork = 12,

    /// <summary>Waits until its network is made.</summary>
    AwaitNetwork = 13,

    /// <summary>Holds a copy of a path, with what is mounted below it, for <see cref="Give"/>.</summary>
    Take = 15,

    /// <summary>Shows at another path what was held.</summary>
    Give = 16,

    /// <summary>Gives what was just mounted an SELinux label.</summary>
    Label = 17,

    /// <summary>Shows a device of the host.</summary>
    Device = 14,
}
