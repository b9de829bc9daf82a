namespace Virt.Linux.Files;

/// <summary>What tells one file from all others, by whatever name it is found, and what kind of thing it is (statx(2)).</summary>
/// <param name="Major">The device's major number.</param>
/// <param name="Minor">The device's minor number.</param>
/// <param name="Inode">The number on that device.</param>
/// <param name="Mode">Kind and permissions, as <c>st_mode</c>.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="GroupId">Whose group's it is.</param>
public sealed unsafe record FileIdentity(uint Major, uint Minor, ulong Inode, ushort Mode, uint UserId, uint GroupId)
{
    private const int KindMask = 0xF000; // S_IFMT
    private const int RegularKind = 0x8000; // S_IFREG

    /// <summary>True for a file with bytes in it: no folder, device, pipe or socket.</summary>
    public bool IsRegular => (Mode & KindMask) == RegularKind;

    /// <summary>Reads it; null where there is nothing, or nothing that may be looked at. Links are followed.</summary>
    public static FileIdentity? Read(string path)
    {
        // SAFETY: the pointer is to this frame's stack, and struct statx has 256 bytes.
        const uint Basic = 0x7FF; // STATX_BASIC_STATS
        var result = stackalloc byte[256]; // stx_uid 20, stx_gid 24, stx_mode 28, stx_ino 32, stx_dev_major 136, stx_dev_minor 140
        return Libc.statx(Libc.AT_FDCWD, path, 0, Basic, result) < 0
            ? null
            : new FileIdentity(*(uint*)(result + 136), *(uint*)(result + 140), *(ulong*)(result + 32), *(ushort*)(result + 28), *(uint*)(result + 20), *(uint*)(result + 24));
    }

    /// <summary>True where both are the very same file.</summary>
    public bool IsSame(FileIdentity? other) => other is not null && (Major, Minor, Inode) == (other.Major, other.Minor, other.Inode);
}
