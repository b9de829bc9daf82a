using System;

namespace Virt.Linux.Devices;

/// <summary>A device of the host, as its node says (statx(2)).</summary>
/// <param name="IsBlock">A block device; else a character device.</param>
/// <param name="Major">Its major number.</param>
/// <param name="Minor">Its minor number.</param>
/// <param name="Mode">The node's permissions.</param>
public sealed unsafe record DeviceNode(bool IsBlock, uint Major, uint Minor, uint Mode)
{
    private const int TypeMask = 0xF000, Character = 0x2000, Block = 0x6000;

    /// <summary><c>major:minor</c>.</summary>
    public string Number => FormattableString.Invariant($"{Major}:{Minor}");

    /// <summary>A rule as in devices.allow of cgroup v1.</summary>
    /// <param name="access">Of <c>rwm</c>.</param>
    public string Rule(string access) => $"{(IsBlock ? 'b' : 'c')} {Number} {access}";

    /// <summary>File type and permissions, as for mknod(2).</summary>
    public uint FileMode => Mode | (IsBlock ? Block : (uint)Character);

    /// <summary>The device's number, as for mknod(2).</summary>
    public uint FileDevice => (Minor & 0xFF) | (Major << 8) | ((Minor & ~0xFFu) << 12);

    /// <summary>Looks at a node, following links; null where there is none.</summary>
    public static DeviceNode? Read(string path)
    {
        // SAFETY: the pointer is to this frame's stack.
        var result = stackalloc byte[256]; // struct statx: stx_mode at 28, stx_rdev_major and _minor at 128 and 132
        if (Libc.statx(Libc.AT_FDCWD, path, 0, 3 /* STATX_TYPE | STATX_MODE */, result) < 0)
            return null;
        var mode = *(ushort*)(result + 28);
        return (mode & TypeMask) is Character or Block ? new DeviceNode((mode & TypeMask) == Block, *(uint*)(result + 128), *(uint*)(result + 132), mode & 0xFFFu) : null;
    }
}
