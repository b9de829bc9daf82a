using System;

namespace Virt.Linux.Namespaces;

/// <summary>Kinds of namespaces (CLONE_NEW* of linux/sched.h).</summary>
[Flags]
public enum NamespaceKinds : ulong
{
    /// <summary>None: the process shares all with the keeper.</summary>
    None = 0,

    /// <summary>What is mounted where.</summary>
    Mount = 0x00020000,

    /// <summary>The view of the cgroup tree, its root the process's own cgroup.</summary>
    Cgroup = 0x02000000,

    /// <summary>Host and domain name.</summary>
    Uts = 0x04000000,

    /// <summary>System V objects and POSIX message queues.</summary>
    Ipc = 0x08000000,

    /// <summary>Users, groups and what capabilities hold for. A new one is given as <c>LaunchSpec.UserNamespace</c>; this is for joining.</summary>
    User = 0x10000000,

    /// <summary>Process ids; the first process is 1.</summary>
    Pid = 0x20000000,

    /// <summary>Links, addresses, routes, ports.</summary>
    Network = 0x40000000,
}
