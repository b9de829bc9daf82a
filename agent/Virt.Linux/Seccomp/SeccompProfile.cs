using System;
using System.Collections.Generic;

namespace Virt.Linux.Seccomp;

/// <summary>Which system calls a process may use; all others fail with EPERM, and those that this list is too old to know with ENOSYS.</summary>
public sealed record SeccompProfile
{
    private const uint NewNamespaces = 0x7E020000; // CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
    private const uint VirtualSockets = 40;        // AF_VSOCK: it would reach the hypervisor
    private static readonly string[] LookedAt = ["clone", "clone3", "personality", "socket"];

    /// <summary>Allowed with whatever arguments.</summary>
    public required IReadOnlyCollection<string> Allowed { get; init; }

    /// <summary>Allowed with some arguments.</summary>
    public IReadOnlyCollection<ArgumentRule> Rules { get; init; } = [];

    /// <summary>Answered with ENOSYS, so that a program takes the older call, whose arguments a filter can see.</summary>
    public IReadOnlyCollection<string> Unknown { get; init; } = [];

    /// <summary>
    /// For containers: at least as strict as Docker's default profile with its default capabilities. No mounts, namespaces, keys, modules,
    /// BPF, io_uring, clock or reboot; no 32-bit and no x32 calls.
    /// </summary>
    public static SeccompProfile Default { get; } = new()
    {
        Allowed = AllBut(LookedAt),
        Rules =
        [
            new ArgumentRule("clone", 0, ArgumentTest.NoBits, [NewNamespaces]),
            // PER_LINUX, PER_LINUX32, with UNAME26 or not, and the question which it is.
            new ArgumentRule("personality", 0, ArgumentTest.OneOf, [0, 8, 0x20000, 0x20008, uint.MaxValue]),
            new ArgumentRule("socket", 0, ArgumentTest.NoneOf, [VirtualSockets]),
        ],
        // Its flags are behind a pointer, where a filter cannot look.
        Unknown = ["clone3"],
    };

    private static List<string> AllBut(string[] others)
    {
        var names = new List<string>();
        foreach (var name in SystemCalls.Numbers.Keys)
        {
            if (Array.IndexOf(others, name) < 0)
                names.Add(name);
        }
        return names;
    }
}
