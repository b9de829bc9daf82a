using System;

namespace Virt.Linux.Mounts;

/// <summary>Attributes of one mount (MOUNT_ATTR_* of linux/mount.h).</summary>
[Flags]
public enum MountAttributes : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Cannot be written.</summary>
    ReadOnly = 1,

    /// <summary>Set-user-id bits and file capabilities mean nothing.</summary>
    NoSuid = 2,

    /// <summary>Device nodes cannot be opened.</summary>
    NoDevices = 4,

    /// <summary>Nothing can be executed.</summary>
    NoExecute = 8,

    /// <summary>Access times are always kept up.</summary>
    StrictAccessTime = 0x20,
}
