namespace Virt;

/// <summary>What a container has of its own, and so what holds it: docs/isolation.md.</summary>
public enum ContainerIsolation
{
    /// <summary>In the manner of Docker: namespaces, ids, capabilities and system calls of its own.</summary>
    Application = 0,

    /// <summary>A root of its own and limits; it sees the host's processes, network and names. Its root is the host's root.</summary>
    Chroot = 1,

    /// <summary>In the manner of a FreeBSD jail: namespaces of its own, but the host's ids.</summary>
    Jail = 2,

    /// <summary>In the manner of LXC: its first process is an init such as systemd, with cgroups, mounts and namespaces of its own.</summary>
    System = 3,

    /// <summary>In the manner of Kata Containers: a virtual machine, and with it a kernel, of its own; all else as <see cref="Application"/>.</summary>
    VM = 4,
}
