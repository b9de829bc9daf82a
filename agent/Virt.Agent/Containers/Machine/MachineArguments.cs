using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using Virt.Agent.Hosts;
using Virt.Agent.Networks;

namespace Virt.Agent.Containers.Machine;

/// <summary>
/// The words that the role <c>machine</c> of the keeper's init is started with: where the programs' view of the host is, the file server's command line, and QEMU's. Pure. The
/// descriptors in them are those of Native/Init/machine.c. Source: qemu(1), virtiofsd(1).
/// </summary>
internal static class MachineArguments
{
    private const string FilesSocket = "virt-files";

    /// <summary>The words.</summary>
    /// <param name="spec">The container.</param>
    /// <param name="host">Its host.</param>
    /// <param name="parts">What it takes; nothing is missing.</param>
    /// <param name="link">Its link into a network; null: it has none.</param>
    public static IReadOnlyList<string> Build(ContainerSpec spec, MachineHost host, MachineParts parts, GuestLink? link)
    {
        var files = FileServer(parts.FileServer!);
        return [MachineRoot.View, files.Count.ToString(CultureInfo.InvariantCulture), .. files, .. Qemu(spec, host, parts, link)];
    }

    // As virtiofsd of QEMU and the later one in Rust both take it. File capabilities are extended attributes; volumes are submounts, whose files may have the numbers of others.
    private static List<string> FileServer(string program) =>
        [program, "-f", "--fd=3", "--rlimit-nofile=0", "-o", $"source={MachineRoot.Shared},sandbox=chroot,cache=auto,xattr,announce_submounts,log_level=err"];

    private static List<string> Qemu(ContainerSpec spec, MachineHost host, MachineParts parts, GuestLink? link)
    {
        var isArm = host.Architecture == Architecture.Arm64;
        var memory = MachineMemory.OfGuest(spec);
        List<string> words =
        [
            parts.Qemu!, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            "-msg", "timestamp=off",
            "-accel", host.Accelerator == "kvm" ? "kvm" : "tcg,tb-size=64",
            "-cpu", host.Accelerator == "kvm" ? "host" : "max",
            "-smp", Text(MachineMemory.Processors(spec)),
            "-m", Text($"size={memory >> 20}M"),
            // The file server reads and writes in the guest's memory.
            "-object", Text($"memory-backend-memfd,id=memory,size={memory},share=on"),
            "-machine", (isArm ? "virt" : "q35") + ",memory-backend=memory",
            "-rtc", "base=utc",
            "-kernel", MachineRoot.Kernel, "-initrd", "/proc/self/fd/4",
            "-append", $"console={(isArm ? "ttyAMA0" : "ttyS0")} quiet panic=-1 cryptomgr.notests no_timer_check",
            // What the kernel says in need goes to the container's log.
            "-add-fd", "fd=6,set=1", "-chardev", "file,id=console,path=/dev/fdset/1,append=on", "-serial", "chardev:console",
            "-chardev", $"socket,id=files,path={FilesSocket},abstract=on,tight=on", "-device", "vhost-user-fs-pci,chardev=files,tag=root",
            "-device", "virtio-serial-pci,max_ports=2", "-chardev", "socket,id=channel,fd=3", "-device", "virtserialport,chardev=channel,name=org.virt.machine",
            "-object", "rng-builtin,id=random", "-device", "virtio-rng-pci,rng=random",
        ];
        if (parts.Bios is { } bios)
        {
            words.AddRange(["-bios", bios]);
        }

        if (link is not null)
        {
            words.AddRange(["-netdev", "tap,id=network,fd=5", "-device", $"virtio-net-pci,netdev=network,mac={link.MacAddress},romfile="]);
        }

        return words;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
