using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Linux.Seccomp;

/// <summary>Which system calls a process may use; all others fail with EPERM, and those that this list is too old to know with ENOSYS.</summary>
public sealed record SeccompProfile
{
    private const uint NewNamespaces = 0x7E020000; // CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
    private const uint VirtualSockets = 40;        // AF_VSOCK: it would reach the hypervisor
    private const uint OwnFolders = 0x200; // CLONE_FS
    private static readonly string[] LookedAt = ["clone", "clone3", "personality", "socket"];

    // What an init needs for itself and for confining its services: mounts and namespaces, which in a user namespace are its own.
    private static readonly string[] OfInit =
    [
        "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree", "pivot_root", "setdomainname", "sethostname", "setns", "umount2",
        "unshare",
    ];

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
        Allowed = AllBut([.. LookedAt, .. OfInit]),
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

    /// <summary>
    /// For containers with an init of their own, in a user namespace: the default with mounts and namespaces, as Docker lets who has CAP_SYS_ADMIN, but without BPF,
    /// performance counters, quotas and the kernel's log; keys and reboot stay forbidden too.
    /// </summary>
    public static SeccompProfile System { get; } = Default with
    {
        Allowed = AllBut(["clone3", "personality", "socket"]),
        Rules = [.. Default.Rules.Where(static rule => rule.Name != "clone")],
    };

    /// <summary>
    /// For the processes that stand for a container in a virtual machine of its own: the default, and the one new namespace that is none, a thread's own root and
    /// working folder, which the file server wants for each of its threads.
    /// </summary>
    public static SeccompProfile Machine { get; } = Default with
    {
        Rules = [.. Default.Rules, new ArgumentRule("unshare", 0, ArgumentTest.OneOf, [OwnFolders])],
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
