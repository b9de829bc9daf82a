using System;
using System.Collections.Generic;

namespace Virt.Linux.Capabilities;

/// <summary>Capabilities by name and as bits (capabilities(7), linux/capability.h).</summary>
public static class CapabilitySet
{
    private static readonly string[] Names =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
        "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE",
        "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ",
        "PERFMON", "BPF", "CHECKPOINT_RESTORE",
    ];

    private static readonly string[] LongNames = Array.ConvertAll(Names, static name => "CAP_" + name);

    /// <summary>What Docker leaves to a container's root.</summary>
    public static ulong Default { get; } = Parse(
        "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE",
        "SYS_CHROOT", "KILL", "AUDIT_WRITE");

    /// <summary>
    /// What an init needs for its own namespaces, as systemd-nspawn has it, without what the host alone could want: audit, immutable files, reboot. For a user namespace
    /// only: there, none of it reaches beyond the container.
    /// </summary>
    public static ulong System { get; } = Default | Parse(
        "DAC_READ_SEARCH", "IPC_OWNER", "LEASE", "NET_ADMIN", "NET_BROADCAST", "SYS_ADMIN", "SYS_NICE", "SYS_PTRACE", "SYS_RESOURCE", "SYS_TTY_CONFIG");

    /// <summary>All that this list knows of.</summary>
    public static ulong All { get; } = (1UL << Names.Length) - 1;

    /// <summary>True for a name that <see cref="Parse"/> takes.</summary>
    public static bool IsKnown(string name) => Array.Exists(Names, n => n.Equals(name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? name[4..] : name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The bits of capabilities.</summary>
    /// <param name="names">With or without <c>CAP_</c>, in any case.</param>
    /// <exception cref="ArgumentException">There is no such capability.</exception>
    public static ulong Parse(params ReadOnlySpan<string> names)
    {
        var bits = 0UL;
        foreach (var name in names)
        {
            var bare = name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? name[4..] : name;
            var index = Array.FindIndex(Names, n => n.Equals(bare, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
                throw new ArgumentException($"There is no capability '{name}'.", nameof(names));
            bits |= 1UL << index;
        }
        return bits;
    }

    /// <summary>The names of bits, each with <c>CAP_</c>.</summary>
    public static IReadOnlyList<string> Format(ulong bits)
    {
        var names = new List<string>();
        for (var i = 0; i < Names.Length; i++)
        {
            if ((bits >> i & 1) != 0)
                names.Add(LongNames[i]);
        }
        return names;
    }
}
