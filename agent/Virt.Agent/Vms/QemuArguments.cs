using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Agent.Vms.Seeds;

namespace Virt.Agent.Vms;

/// <summary>
/// QEMU's command line for a machine. Pure: reads and changes nothing. Every device costs the guest time while it boots, so there is none that nothing uses.
/// QEMU is given its files and sockets as descriptors. Source: qemu(1).
/// </summary>
public sealed partial class QemuArguments
{
    /// <summary>The character device of the guest agent, as QMP's query-chardev names it.</summary>
    public const string GuestAgentDevice = "qga0";

    /// <summary>The virtio port of the guest agent, as QMP's VSERPORT_CHANGE names it.</summary>
    public const string GuestAgentPort = "port0";

    /// <summary>The character device of the agent inside, as QMP's query-chardev names it.</summary>
    public const string AgentDevice = "agent0";

    /// <summary>The virtio port of the agent inside, as QMP's VSERPORT_CHANGE names it.</summary>
    public const string AgentPort = "agentport0";

    /// <summary>What the guest knows that port as, under /dev/virtio-ports.</summary>
    public const string AgentPortName = "org.virt.agent.0";

    /// <summary>The guest's disk, as QMP's query-block names it.</summary>
    public const string DiskDevice = "vda";

    private const int FirstDescriptor = 3;

    // The interrupt controller that QEMU's "virt" has by itself. Source: GIC_NCPU of QEMU.
    private const int ProcessorsOfGicV2 = 8;

    // An emulated machine has two pages less than was asked for. Until its commit 03bfc2188f3c ("physmem: Fix migration dirty bitmap coherency with TCG memory access", QEMU 9.0) QEMU loses what an emulated guest writes
    // during a live move, unless the size of its memory is no multiple of 64 pages (docs/adr/0008-moves.md). Every QEMU gets the same size: they may move to one another.
    private const long OddBytes = 8 << 10;

    private readonly List<string> arguments = [];
    private readonly List<QemuDescriptor> descriptors = [];
    private readonly Dictionary<string, byte[]> files = [];
    private readonly QemuHost host;
    private readonly bool isArm;

    private QemuArguments(QemuHost host)
    {
        this.host = host;
        isArm = host.Architecture == Architecture.Arm64;
    }

    /// <summary>Plans how a machine is started. The guest's CPUs stand still until QMP's <c>cont</c>.</summary>
    /// <param name="id">The guest's system UUID, and how a process is known to be its QEMU: the machine's id, but of a copy that keeps its identity.</param>
    /// <param name="name">The machine's name.</param>
    /// <param name="spec">What it is.</param>
    /// <param name="folder">Where its files stand.</param>
    /// <param name="boot">The kernel that is started directly; null: the firmware starts what the disk has.</param>
    /// <param name="host">What of the host decides.</param>
    /// <param name="incoming">The guest comes from another QEMU; null: it is started.</param>
    public static QemuPlan Build(Guid id, string name, VmSpec spec, VmFolder folder, QemuBoot? boot, QemuHost host, QemuIncoming? incoming = null)
    {
        var builder = new QemuArguments(host);
        builder.AddProgram(id, name);
        builder.AddMonitor(folder);
        builder.AddMachine(spec, folder, boot, incoming);
        builder.AddConsole(folder);
        builder.AddPorts(spec.HasAgent, folder);
        var order = boot is null ? BootOrder.Of(spec) : BootOrder.None;
        builder.AddDisk(spec.Disk, order(VmDriveRules.FirstDisk));
        builder.AddNetwork(spec);
        builder.AddSmallDevices();
        builder.AddVideo(spec.VideoAdapter);
        builder.AddControllers(spec);
        builder.AddDrives(spec, order);
        builder.AddAdapters(spec);
        builder.AddSeed(spec.Seed, id, folder);
        builder.AddWatchdog(spec.WatchdogAction);
        builder.AddTablet(spec.HasUsbTablet);
        builder.AddTpm(spec.HasTpm);
        if (incoming is not null)
        {
            // Where from is said over QMP.
            builder.Add("-incoming", "defer");
        }

        return new QemuPlan(builder.arguments, builder.descriptors) { Files = builder.files };
    }

    private void Add(params ReadOnlySpan<string> values) => arguments.AddRange(values);

    // Its number in QEMU.
    private int Open(QemuDescriptorKind kind, string path)
    {
        descriptors.Add(new QemuDescriptor(kind, path));
        return FirstDescriptor + descriptors.Count - 1;
    }

    // What QEMU's own open() understands: it takes a duplicate of the descriptor in the set.
    private string OpenSet(QemuDescriptorKind kind, string path, string note = "")
    {
        var number = Open(kind, path);
        Add("-add-fd", $"fd={number},set={number}{note}");
        return $"/dev/fdset/{number}";
    }

    private void AddProgram(Guid id, string name)
    {
        Add(isArm ? "qemu-system-aarch64" : "qemu-system-x86_64");
        Add("-name", $"guest={name},debug-threads=on");
        Add("-uuid", id.ToString("D"));
        Add("-nodefaults", "-no-user-config", "-display", "none", "-S");
        Add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
        Add("-msg", "timestamp=off");
    }

    private void AddMonitor(VmFolder folder)
    {
        var number = Open(QemuDescriptorKind.Listener, folder.QmpSocket);
        Add("-chardev", $"socket,id=qmp0,fd={number},server=on,wait=off", "-mon", "chardev=qmp0,mode=control");
    }

    private void AddMachine(VmSpec spec, VmFolder folder, QemuBoot? boot, QemuIncoming? incoming)
    {
        Add("-accel", host.Accelerator);
        Add("-cpu", CpuModel.QemuTextOf(spec.CpuModel, host.Accelerator, host.Architecture));
        Add("-smp", CpuModel.TopologyOf(spec));
        AddMemory(spec);
        Add("-rtc", "base=utc");
        // A guest that panics or cannot write its disk is kept as it is, to be looked at.
        Add("-action", "panic=pause");

        var machine = (incoming?.MachineType ?? (isArm ? "virt" : "q35")) + (spec.BackingPageSize == VMBackingPageSize.Large ? $",memory-backend={MemoryOfLargePages}" : "");
        if (isArm && spec.ProcessorCount > ProcessorsOfGicV2)
        {
            machine += ",gic-version=3";
        }

        AddNames(spec);
        if (spec.FirmwarePath is { } rom)
        {
            // As a kernel's: QEMU opens it again by name.
            Add("-bios", $"/proc/self/fd/{Open(QemuDescriptorKind.Firmware, rom)}");
        }

        if (spec.Generation == 2 && host.Firmware.CodeOf(spec.SecureBoot) is { } code)
        {
            if (spec.SecureBoot)
            {
                // Its variables can be written by the firmware's own mode alone, which a guest cannot enter.
                machine += ",smm=on";
                Add("-global", "driver=cfi.pflash01,property=secure,value=on");
                Add("-global", "ICH9-LPC.disable_s3=1");
            }


            Add("-blockdev", $"driver=raw,node-name=uefi0,read-only=on,file.driver=file,file.filename={Escape(code)}");
            machine += ",pflash0=uefi0";
            if (boot is null or { HasVariables: true })
            {
                // Boot entries live here; a machine whose kernel is started directly needs none.
                var nvram = OpenSet(QemuDescriptorKind.ReadWrite, folder.NvramFile);
                Add("-blockdev", $"driver=raw,node-name=nvram0,file.driver=file,file.filename={nvram}");
                machine += ",pflash1=nvram0";
            }
        }

        Add("-machine", machine);
        if (boot is not null)
        {
            AddKernel(spec, boot);
        }
    }

    // What the guest reads of its maker. Source: the SMBIOS reference specification, System and Chassis.
    private void AddNames(VmSpec spec)
    {
        var names = new[] { ("manufacturer", spec.Manufacturer), ("product", spec.Product), ("serial", spec.SerialNumber) }.Where(static n => n.Item2.Length > 0).Select(static n => $",{n.Item1}={Escape(n.Item2)}");
        if (string.Concat(names) is { Length: > 0 } system)
        {
            Add("-smbios", "type=1" + system);
        }

        if (spec.AssetTag.Length > 0)
        {
            Add("-smbios", $"type=3,asset={Escape(spec.AssetTag)}");
        }
    }

    private void AddKernel(VmSpec spec, QemuBoot boot)
    {
        var kernel = boot.Kernel;
        if (spec.Generation == 1 && boot.PvhKernel is not null && host.Firmware.Qboot is { } qboot)
        {
            kernel = boot.PvhKernel;
            Add("-bios", qboot);
        }

        // QEMU opens these again by name: that needs the right to read the file, and none to reach it.
        Add("-kernel", $"/proc/self/fd/{Open(QemuDescriptorKind.Read, kernel)}");
        if (boot.Initrd is { } initrd)
        {
            Add("-initrd", $"/proc/self/fd/{Open(QemuDescriptorKind.Read, initrd)}");
        }

        Add("-append", boot.CommandLine);
    }

    // What the guest writes goes into a file in memory, whether anybody is connected to the socket or not, and the socket is for typing: see VmConsole.
    private void AddConsole(VmFolder folder)
    {
        var log = OpenSet(QemuDescriptorKind.Console, VmConsole.FileName);
        var number = Open(QemuDescriptorKind.Listener, folder.ConsoleSocket);
        Add("-chardev", $"socket,id=console0,fd={number},server=on,wait=off,logfile={log},logappend=on", "-serial", "chardev:console0");
    }

    private void AddPorts(bool hasAgent, VmFolder folder)
    {
        // Port 0 is a console's. Of the 31 that are the default each has two queues, which QEMU wakes one after another before a guest goes on: 14 ms of a move's standstill.
        Add("-device", $"virtio-serial-pci,max_ports={(hasAgent ? 3 : 2)}");
        AddPort(GuestAgentPort, GuestAgentDevice, "org.qemu.guest_agent.0", folder.GuestAgentSocket);
        if (hasAgent)
        {
            AddPort(AgentPort, AgentDevice, AgentPortName, folder.AgentSocket);
        }
    }

    private void AddPort(string id, string device, string name, string socket)
    {
        Add("-chardev", $"socket,id={device},fd={Open(QemuDescriptorKind.Listener, socket)},server=on,wait=off");
        Add("-device", $"virtserialport,id={id},chardev={device},name={name}");
    }

    // Last, so that it takes no other device's place on the bus. A PC has a keyboard of its own.
    private void AddVideo(VMVideoAdapter adapter)
    {
        if (adapter == VMVideoAdapter.None)
        {
            return;
        }

        // Listens nowhere: see VmSession.ListenForViewers.
        Add("-vnc", "none");
        Add("-device", adapter == VMVideoAdapter.VGA ? "VGA,id=video0" : isArm ? "virtio-gpu-pci,id=video0" : "virtio-vga,id=video0");
        if (isArm)
        {
            Add("-device", "virtio-keyboard-pci,id=keyboard0");
        }
    }

    // After all else, so that it takes no other device's place on the bus. The guest's kernel has the driver i6300esb for it.
    private void AddWatchdog(VMWatchdogAction action)
    {
        if (action != VMWatchdogAction.None)
        {
            Add("-device", "i6300esb,id=watchdog0");
            Add("-action", "watchdog=" + action switch
            {
                VMWatchdogAction.Reset => "reset",
                VMWatchdogAction.PowerOff => "poweroff",
                VMWatchdogAction.Shutdown => "shutdown",
                VMWatchdogAction.Pause => "pause",
                VMWatchdogAction.InjectNmi => "inject-nmi",
                _ => "none",
            });
        }
    }

    // A mouse says by how much it was moved, and the guest's pointer drifts away from the viewer's; a tablet says where it is. Polled by the guest, so only for who asks for it.
    private void AddTablet(bool hasTablet)
    {
        if (hasTablet)
        {
            Add("-device", "qemu-xhci,id=usb");
            Add("-device", "usb-tablet,id=tablet0,bus=usb.0");
        }
    }

    // On the bus that every guest has a driver for which has one for its disk: images for clouds have none for SATA. Last, so that a guest's first disk is its own. What stands in it is a matter of the machine alone, so that
    // wherever it goes, the same stands there.
    private void AddSeed(VmSeed? seed, Guid identity, VmFolder folder)
    {
        if (seed is not null)
        {
            files[folder.SeedFile] = SeedText.ImageOf(seed, identity);
            AddNode(new DiskNode("seed0", "raw", folder.SeedFile, null, IsReadOnly: true, IsLent: false));
            Add("-device", "virtio-blk-pci,id=seed,drive=seed0,serial=cidata");
        }
    }

    // Memory given back, random numbers (a guest without any waits for seconds), and word of a panic.
    private void AddSmallDevices()
    {
        Add("-device", "virtio-balloon-pci,id=balloon0,free-page-reporting=on");
        Add("-object", "rng-builtin,id=rng0", "-device", "virtio-rng-pci,rng=rng0");
        Add("-device", "pvpanic-pci");
    }

    // In QEMU's key=value lists a comma is written twice.
    private static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}
