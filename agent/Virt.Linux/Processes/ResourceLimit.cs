using System;
using System.Runtime.InteropServices;

namespace Virt.Linux.Processes;

/// <summary>A limit of setrlimit(2).</summary>
/// <param name="Resource">RLIMIT_* of asm-generic/resource.h, such as 7 for open files.</param>
/// <param name="Soft">What holds.</param>
/// <param name="Hard">What the process may raise it to.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ResourceLimit(int Resource, ulong Soft, ulong Hard)
{
    // By their numbers (asm-generic/resource.h).
    private static readonly string[] Names =
        ["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"];

    /// <summary>The number of a limit by its name, as ulimit and docker have it: <c>nofile</c>; -1: there is none.</summary>
    public static int Find(string name) => Array.IndexOf(Names, name.ToLowerInvariant());

    /// <summary>The name of a limit by its number.</summary>
    public static string NameOf(int resource) => Names[resource];

    /// <summary>No limit (RLIM_INFINITY).</summary>
    public const ulong Unlimited = ulong.MaxValue;

    /// <summary>RLIMIT_NOFILE: open files.</summary>
    public const int OpenFiles = 7;

    /// <summary>RLIMIT_CORE: bytes of a core dump.</summary>
    public const int CoreSize = 4;

    /// <summary>RLIMIT_MEMLOCK: bytes of locked memory.</summary>
    public const int LockedMemory = 8;
}
