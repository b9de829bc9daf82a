using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Namespaces;
using Virt.Linux.Seccomp;

namespace Virt.Linux.Processes;

/// <summary>
/// A process to be started by the keeper. Everything that is not said is the least: no capabilities, no new privileges, no environment,
/// /dev/null for input, output and error. Handles stay the caller's, who closes them after the launch.
/// </summary>
public sealed record LaunchSpec
{
    /// <summary>Names the process for the keeper's list; two living ones cannot have the same.</summary>
    public Guid Id { get; init; } = Guid.NewGuid();

    /// <summary>Candidates for the program's path, as the process sees them, tried in order like execvp(3); empty: the first argument.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>The arguments, the first being the program's own name. At least one.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>
    /// The keeper's own init is executed and starts the program, hands on signals, reaps what ends, and ends with the program's code, 128 + n where signal n ended
    /// it. It searches along PATH; <see cref="Programs"/> is not looked at, and <see cref="Descriptors"/> must be empty.
    /// </summary>
    public bool Init { get; init; }

    /// <summary>
    /// The keeper's own init is executed in another role, <c>machine</c> or <c>enter</c> (Native/Init), with <see cref="Arguments"/> for that; <see cref="Init"/> need
    /// not be said, and there may be <see cref="Descriptors"/>. Null: it is an init where that is asked for.
    /// </summary>
    public string? InitRole { get; init; }

    /// <summary>The whole environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>An absolute path, entered as the user; null: the root.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The SELinux label that it is executed with; null: whatever the policy makes of the keeper's own.</summary>
    public string? Label { get; init; }

    /// <summary>With <see cref="Label"/> and an init: the label of the init's program, which the policy must let <see cref="Label"/> begin with.</summary>
    public string? InitLabel { get; init; }

    /// <summary>The user; 0 is root.</summary>
    public uint UserId { get; init; }

    /// <summary>The primary group.</summary>
    public uint GroupId { get; init; }

    /// <summary>All other groups.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    /// <summary>A bit for each capability that the process and its children may ever have; see <see cref="Capabilities.CapabilitySet"/>.</summary>
    public ulong Capabilities { get; init; }

    /// <summary>execve gives no more rights than there are (PR_SET_NO_NEW_PRIVS).</summary>
    public bool NoNewPrivileges { get; init; } = true;

    /// <summary>Which system calls it may use; null: all.</summary>
    public SeccompFilter? Filter { get; init; }

    /// <summary>New namespaces; with <see cref="Join"/> those of that process.</summary>
    public NamespaceKinds Namespaces { get; init; }

    /// <summary>The process whose namespaces are joined; null: none.</summary>
    public PidFd? Join { get; init; }

    /// <summary>
    /// A user namespace (<see cref="Keeper.MakeUserNamespaceAsync"/>) that the process is born in, and that owns the new namespaces; <see cref="UserId"/> and
    /// <see cref="GroupId"/> are then its ids. Null: the keeper's. With <see cref="Join"/> it is that process's where <see cref="NamespaceKinds.User"/> is joined.
    /// </summary>
    public SafeFileHandle? UserNamespace { get; init; }

    /// <summary>
    /// A network namespace that <see cref="UserNamespace"/> owns, with its loopback up (<see cref="Keeper.MakeNamespacesAsync"/>), in place of the new one of <see cref="Namespaces"/>; null: a new one.
    /// </summary>
    public SafeFileHandle? NetworkNamespace { get; init; }

    /// <summary>Who may open the log's pipes anew (<c>/dev/stdout</c>), by the host's ids; 0, 0: the keeper's user alone.</summary>
    public (uint UserId, uint GroupId) OutputOwner { get; init; }

    /// <summary>A detached mount that becomes the root; needs a new mount namespace.</summary>
    public SafeFileHandle? Root { get; init; }

    /// <summary>What is done in the new root, in this order.</summary>
    public IReadOnlyList<RootStep> RootSteps { get; init; } = [];

    /// <summary>The host name in a new UTS namespace.</summary>
    public string? HostName { get; init; }

    /// <summary>Sets <c>lo</c> up in a new network namespace.</summary>
    public bool LoopbackUp { get; init; }

    /// <summary>A cgroup v2 folder in which the process is born.</summary>
    public SafeFileHandle? Cgroup { get; init; }

    /// <summary>Open <c>cgroup.procs</c> files of cgroup v1 that the process enters; not needed where <see cref="ReadySet"/> is still ready.</summary>
    public IReadOnlyList<SafeFileHandle> CgroupFiles { get; init; } = [];

    /// <summary>The set of cgroups that was made ready by <see cref="Keeper.ReadyAsync"/>; 0: none.</summary>
    public ulong ReadySet { get; init; }

    /// <summary>Standard input; null: /dev/null.</summary>
    public SafeHandle? Input { get; init; }

    /// <summary>Standard output; null: the log where there is one, or /dev/null.</summary>
    public SafeHandle? Output { get; init; }

    /// <summary>Standard error; null: the log where there is one, or /dev/null.</summary>
    public SafeHandle? Error { get; init; }

    /// <summary>Standard input is a terminal (<see cref="Terminal.Slave"/>), which becomes that of the process's session.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>The other end of the terminal that is <see cref="Output"/>, and with it input and error too: what is written to it goes to the log. Null: there is none.</summary>
    public SafeHandle? LogTerminal { get; init; }

    /// <summary>Further descriptors: 3, 4, 5 …</summary>
    public IReadOnlyList<SafeHandle> Descriptors { get; init; } = [];

    /// <summary>The keeper appends output to this file in the CRI log format; null: no log.</summary>
    public string? LogPath { get; init; }

    /// <summary>When the log has so many bytes, it becomes <c>LogPath.1</c>, in the place of the one before, and a new one is begun; 0: never.</summary>
    public long LogBytes { get; init; }

    /// <summary>The keeper writes how the process ended to this file (<see cref="ExitFile"/>); null: it does not.</summary>
    public string? ExitPath { get; init; }

    /// <summary>Resource limits.</summary>
    public IReadOnlyList<ResourceLimit> Limits { get; init; } = [];

    /// <summary>-1000 (never killed) to 1000 (killed first) when memory runs out.</summary>
    public int OutOfMemoryScore { get; init; }
}
