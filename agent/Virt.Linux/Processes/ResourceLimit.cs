using System.Runtime.InteropServices;

namespace Virt.Linux.Processes;

/// <summary>A limit of setrlimit(2).</summary>
/// <param name="Resource">RLIMIT_* of asm-generic/resource.h, such as 7 for open files.</param>
/// <param name="Soft">What holds.</param>
/// <param name="Hard">What the process may raise it to.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ResourceLimit(int Resource, ulong Soft, ulong Hard)
{
    /// <summary>RLIMIT_NOFILE: open files.</summary>
    public const int OpenFiles = 7;

    /// <summary>RLIMIT_CORE: bytes of a core dump.</summary>
    public const int CoreSize = 4;

    /// <summary>RLIMIT_MEMLOCK: bytes of locked memory.</summary>
    public const int LockedMemory = 8;
}
