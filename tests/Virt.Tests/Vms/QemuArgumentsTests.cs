using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Agent.Networks;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class QemuArgumentsTests
{
    private static readonly Guid Id = Guid.Parse("11111111-2222-3333-4444-555555555555");
    private static readonly VmFolder Folder = new("/s/vms/1", "/r/vms/1");
    private static readonly Firmware AllFirmware = new("/fw/CODE.fd", "/fw/VARS.fd", "/fw/qboot.rom");
    private static readonly QemuHost Host = new(Architecture.X64, "tcg", AllFirmware);
    private static readonly QemuBoot Kernel = new("/i/vmlinuz", "/i/vmlinux", "/i/initramfs.cpio", "console=ttyS0");

    [Fact]
    public void Qemu_is_confined_and_gets_no_device_that_nobody_asked_for()
    {
        var arguments = Build(Spec()).Arguments;
        Assert.Equal("qemu-system-x86_64", arguments[0]);
        Assert.Contains("-nodefaults", arguments);
        Assert.Contains("-no-user-config", arguments);
        Assert.Equal("on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny", After(arguments, "-sandbox"));
        Assert.DoesNotContain(arguments, a => a.StartsWith("virtio-net", StringComparison.Ordinal) || a.StartsWith("virtio-blk", StringComparison.Ordinal));
        Assert.Equal("11111111-2222-3333-4444-555555555555", After(arguments, "-uuid"));
        Assert.Contains("-S", arguments);
    }

    [Fact]
    public void A_tablet_is_there_for_who_asks_for_it_and_comes_last()
    {
        Assert.DoesNotContain(Build(Spec()).Arguments, static a => a.Contains("usb", StringComparison.Ordinal));
        var devices = Build(Spec() with { HasUsbTablet = true, WatchdogAction = VMWatchdogAction.Reset }).Arguments.SkipWhile(static a => !a.StartsWith("i6300esb", StringComparison.Ordinal)).Where(static a => a.Contains("id=", StringComparison.Ordinal));
        Assert.Equal(["i6300esb,id=watchdog0", "qemu-xhci,id=usb", "usb-tablet,id=tablet0,bus=usb.0"], devices);
    }

    [Fact]
    public void Firmware_of_its_own_comes_in_place_of_the_BIOS_as_a_descriptor()
    {
        Assert.DoesNotContain("-bios", Build(Spec()).Arguments);
        var plan = Build(Spec() with { Generation = 1, FirmwarePath = "/fw/own,x.rom" });
        var number = plan.Descriptors.ToList().IndexOf(new QemuDescriptor(QemuDescriptorKind.Firmware, "/fw/own,x.rom"));
        Assert.Equal(FormattableString.Invariant($"/proc/self/fd/{3 + number}"), After(plan.Arguments, "-bios"));
    }

    [Fact]
    public void A_port_for_an_agent_inside_is_there_for_who_asks_for_it_and_changes_nothing_for_others()
    {
        Assert.DoesNotContain(Build(Spec()).Arguments, static a => a.Contains("org.virt", StringComparison.Ordinal));
        Assert.Contains("virtio-serial-pci,max_ports=2", Build(Spec()).Arguments);
        var plan = Build(Spec() with { HasAgent = true, HotplugPorts = 2 });
        Assert.Contains("virtio-serial-pci,max_ports=3", plan.Arguments);
        Assert.Contains("virtserialport,id=agentport0,chardev=agent0,name=org.virt.agent.0", plan.Arguments);
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.Listener, "/r/vms/1/agent"), Descriptor(plan, "id=agent0"));
        var ids = plan.Arguments.Where(static a => a.Contains(",id=", StringComparison.Ordinal)).Select(static a => a.Split(",id=")[1].Split(',')[0]).ToList();
        Assert.Equal(ids.Distinct(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void Memory_and_processors_are_as_asked()
    {
        var arguments = Build(Spec() with { MemoryBytes = 512L << 20, ProcessorCount = 3 }, host: Host with { Accelerator = "kvm" }).Arguments;
        Assert.Equal("512M", After(arguments, "-m"));
        Assert.Equal("3", After(arguments, "-smp"));
    }

    [Fact]
    public void Room_for_memory_and_large_pages_are_there_for_who_asks_for_them()
    {
        var spec = Spec() with { MaximumMemoryBytes = 1L << 30, AddedMemory = [new VmDimm { Name = "dimm1", SizeBytes = 128L << 20 }, new VmDimm { Name = "dimm2", SizeBytes = 256L << 20 }] };
        var arguments = Build(spec).Arguments;
        Assert.Equal("262136K,slots=16,maxmem=1024M", After(arguments, "-m"));
        Assert.Equal(["memory-backend-ram,id=mem-dimm1,size=134217728", "memory-backend-ram,id=mem-dimm2,size=268435456"], All(arguments, "-object").Where(static o => o.StartsWith("memory", StringComparison.Ordinal)));
        Assert.Equal(["pc-dimm,id=dimm1,memdev=mem-dimm1", "pc-dimm,id=dimm2,memdev=mem-dimm2"], All(arguments, "-device").Where(static d => d.StartsWith("pc-dimm", StringComparison.Ordinal)));
        arguments = Build(Spec() with { BackingPageSize = VMBackingPageSize.Large, AddedMemory = [new VmDimm { Name = "dimm1", SizeBytes = 128L << 20 }] }).Arguments;
        Assert.Equal("256M", After(arguments, "-m"));
        Assert.Equal("q35,memory-backend=ram0", After(arguments, "-machine"));
        Assert.Equal(["memory-backend-memfd,id=ram0,hugetlb=on,size=268435456", "memory-backend-memfd,id=mem-dimm1,hugetlb=on,size=134217728"], All(arguments, "-object").Where(static o => o.StartsWith("memory", StringComparison.Ordinal)));
        Assert.Equal("262136K", After(Build(Spec() with { MaximumMemoryBytes = 256L << 20 }).Arguments, "-m"));
        Assert.True(QemuArguments.LosesWrites(spec, "tcg"));
        Assert.False(QemuArguments.LosesWrites(spec, "kvm") || QemuArguments.LosesWrites(Spec(), "tcg"));
    }

    [Theory]
    [InlineData(VMWatchdogAction.Reset, "reset")]
    [InlineData(VMWatchdogAction.PowerOff, "poweroff")]
    [InlineData(VMWatchdogAction.Shutdown, "shutdown")]
    [InlineData(VMWatchdogAction.Pause, "pause")]
    [InlineData(VMWatchdogAction.InjectNmi, "inject-nmi")]
    [InlineData(VMWatchdogAction.Notify, "none")]
    public void A_watchdog_is_there_for_who_asks_for_it(VMWatchdogAction action, string word)
    {
        var arguments = Build(Spec() with { WatchdogAction = action }).Arguments;
        Assert.Contains("i6300esb,id=watchdog0", arguments);
        Assert.Equal(["panic=pause", "watchdog=" + word], All(arguments, "-action"));
        Assert.DoesNotContain("i6300esb,id=watchdog0", Build(Spec()).Arguments);
    }

    [Fact]
    public void An_emulated_machines_memory_is_no_multiple_of_64_pages()
    {
        var size = After(Build(Spec() with { MemoryBytes = 512L << 20 }).Arguments, "-m");
        Assert.Equal("524280K", size);
        Assert.NotEqual(0, int.Parse(size.TrimEnd('K'), CultureInfo.InvariantCulture) / 4 % 64);
    }

    [Fact]
    public void Generation_1_starts_a_kernel_by_pvh_and_qboot()
    {
        var plan = Build(Spec() with { Generation = 1 }, Kernel);
        Assert.Equal("/fw/qboot.rom", After(plan.Arguments, "-bios"));
        Assert.Equal("/i/vmlinux", Opened(plan, After(plan.Arguments, "-kernel")));
        Assert.Equal("/i/initramfs.cpio", Opened(plan, After(plan.Arguments, "-initrd")));
        Assert.Equal("console=ttyS0", After(plan.Arguments, "-append"));
    }

    [Fact]
    public void Generation_1_without_qboot_or_an_elf_kernel_uses_the_ordinary_one()
    {
        var withoutQboot = Build(Spec() with { Generation = 1 }, Kernel, Host with { Firmware = AllFirmware with { Qboot = null } });
        var withoutElf = Build(Spec() with { Generation = 1 }, Kernel with { PvhKernel = null });
        foreach (var plan in new[] { withoutQboot, withoutElf })
        {
            Assert.DoesNotContain("-bios", plan.Arguments);
            Assert.Equal("/i/vmlinuz", Opened(plan, After(plan.Arguments, "-kernel")));
        }
    }

    [Fact]
    public void Generation_2_starts_a_kernel_by_uefi_without_variables()
    {
        var plan = Build(Spec() with { Generation = 2 }, Kernel);
        Assert.Equal("q35,pflash0=uefi0", After(plan.Arguments, "-machine"));
        Assert.Equal("/i/vmlinuz", Opened(plan, After(plan.Arguments, "-kernel")));
        Assert.DoesNotContain(plan.Descriptors, d => d.Path == Folder.NvramFile);
    }

    [Fact]
    public void Generation_2_without_a_kernel_has_its_own_uefi_variables()
    {
        var plan = Build(Spec() with { Generation = 2 });
        Assert.Equal("q35,pflash0=uefi0,pflash1=nvram0", After(plan.Arguments, "-machine"));
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.ReadWrite, Folder.NvramFile), plan.Descriptors);
    }

    [Fact]
    public void A_disk_is_given_as_a_descriptor_with_all_that_it_stands_on()
    {
        var disk = new VmDisk
        {
            Path = "/d/top,.qcow2",
            Format = "qcow2",
            SizeBytes = 1,
            IsNew = true,
            Backing = [new VmDiskLayer("/d/mid.qcow2", "qcow2"), new VmDiskLayer("/d/base.img", "raw")],
        };
        var plan = Build(Spec() with { Disk = disk });
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.ReadWrite, disk.Path), plan.Descriptors);
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.Read, "/d/mid.qcow2"), plan.Descriptors);
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.Read, "/d/base.img"), plan.Descriptors);
        var nodes = All(plan.Arguments, "-blockdev").Where(static a => a.Contains("node-name=disk0", StringComparison.Ordinal)).ToList();
        // A node must be there before the one that stands on it.
        Assert.StartsWith("driver=raw,node-name=disk0base1,", nodes[0]);
        Assert.Contains("backing=disk0base1", nodes[1]);
        Assert.Contains("backing=disk0base0", nodes[2]);
        // Nothing is opened by its path; that is only noted.
        Assert.DoesNotContain(plan.Arguments, static a => a.Contains("/d/", StringComparison.Ordinal) && !a.StartsWith("fd=", StringComparison.Ordinal));
        Assert.Contains(All(plan.Arguments, "-add-fd"), static a => a.EndsWith(",opaque=disk0 /d/top,,.qcow2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_layer_of_a_checkpoint_can_be_merged_into_and_an_images_cannot()
    {
        var disk = new VmDisk
        {
            Path = "/d/top.qcow2",
            Format = "qcow2",
            SizeBytes = 1,
            IsNew = true,
            Backing = [new VmDiskLayer("/d/own.qcow2", "qcow2", IsOwn: true), new VmDiskLayer("/d/image.qcow2", "qcow2")],
        };
        var plan = Build(Spec() with { Disk = disk });
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.ReadWrite, "/d/own.qcow2"), plan.Descriptors);
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.Read, "/d/image.qcow2"), plan.Descriptors);
        Assert.Contains(All(plan.Arguments, "-blockdev"), static a => a.Contains("node-name=disk0base0,discard=unmap,read-only=off", StringComparison.Ordinal));
    }

    [Fact]
    public void Qemu_gets_its_sockets_as_the_descriptors_that_its_arguments_name()
    {
        var plan = Build(Spec() with { Network = "user", MacAddress = "52:54:00:01:02:03" }, Kernel);
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.Listener, "/r/vms/1/qmp"), Descriptor(plan, "id=qmp0"));
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.Listener, "/r/vms/1/qga"), Descriptor(plan, "id=qga0"));
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.Listener, "/r/vms/1/console"), Descriptor(plan, "id=console0"));
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.Console, VmConsole.FileName), plan.Descriptors);
        Assert.Contains("virtio-net-pci,id=nic0,netdev=net0,mac=52:54:00:01:02:03,romfile=", plan.Arguments);
    }

    [Fact]
    public void A_machine_in_a_network_of_the_host_gets_its_link_as_a_descriptor_and_the_kernel_s_help_where_there_is_some()
    {
        var spec = Spec() with { Network = "lan", MacAddress = "02:56:0a:01:00:02", Attachment = new NetworkAttachment { Addresses = ["10.1.0.2"] } };
        var plan = Build(spec, Kernel);
        var link = After(plan.Arguments, "-netdev");
        Assert.StartsWith("tap,id=net0,fd=", link);
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.Tap, "nic0"), plan.Descriptors[int.Parse(link["tap,id=net0,fd=".Length..], System.Globalization.CultureInfo.InvariantCulture) - 3]);
        Assert.Contains("virtio-net-pci,id=nic0,netdev=net0,mac=02:56:0a:01:00:02,romfile=", plan.Arguments);
        var helped = Build(spec, Kernel, Host with { HasVhost = true });
        Assert.Matches("^tap,id=net0,fd=([0-9]+),vhost=on,vhostfd=[0-9]+$", After(helped.Arguments, "-netdev"));
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.ReadWrite, "/dev/vhost-net"), helped.Descriptors[^1]);
    }

    [Fact]
    public void A_host_with_kvm_uses_it_and_its_cpu()
    {
        var arguments = Build(Spec(), null, Host with { Accelerator = "kvm" }).Arguments;
        Assert.Equal("kvm", After(arguments, "-accel"));
        Assert.Equal("host", After(arguments, "-cpu"));
    }

    [Fact]
    public void An_arm64_host_runs_arm64_guests()
    {
        var arguments = Build(Spec() with { Generation = 2 }, Kernel, Host with { Architecture = Architecture.Arm64 }).Arguments;
        Assert.Equal("qemu-system-aarch64", arguments[0]);
        Assert.StartsWith("virt,", After(arguments, "-machine"));
    }

    [Fact]
    public void An_x64_host_emulates_an_arm64_guest_and_the_other_way()
    {
        var host = Host with { Accelerator = "kvm", HasVhost = true };
        Assert.Same(host, MachineArchitecture.Of(VMArchitecture.Host, host));
        Assert.Same(host, MachineArchitecture.Of(VMArchitecture.X64, host));
        var arguments = Build(Spec() with { Generation = 2 }, null, MachineArchitecture.Of(VMArchitecture.Arm64, host)).Arguments;
        Assert.Equal(("qemu-system-aarch64", "tcg", "max,pauth-impdef=on"), (arguments[0], After(arguments, "-accel"), After(arguments, "-cpu")));
        var arm = MachineArchitecture.Of(VMArchitecture.X64, host with { Architecture = Architecture.Arm64 });
        Assert.Equal((Architecture.X64, "tcg", false), (arm.Architecture, arm.Accelerator, arm.HasVhost));
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(9, true)]
    public void More_processors_of_arm64_than_8_need_the_newer_interrupt_controller(int count, bool isNewer)
    {
        var machine = After(Build(Spec() with { Generation = 2, ProcessorCount = count }, null, Host with { Architecture = Architecture.Arm64 }).Arguments, "-machine");
        Assert.Equal(isNewer, machine.Contains(",gic-version=3", StringComparison.Ordinal));
        Assert.DoesNotContain("gic-version", After(Build(Spec() with { ProcessorCount = count }).Arguments, "-machine"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_keeps_its_address_and_two_have_different_ones()
    {
        Assert.Equal(MacAddress.Of(Id), MacAddress.Of(Id));
        Assert.Matches("^52:54:00(:[0-9a-f]{2}){3}$", MacAddress.Of(Id));
        Assert.NotEqual(MacAddress.Of(Id), MacAddress.Of(Guid.NewGuid()));
    }

    [Fact]
    public void A_screen_comes_last_and_only_where_there_is_to_be_one()
    {
        Assert.Equal("VGA,id=video0", All(Build(Spec() with { VideoAdapter = VMVideoAdapter.VGA }).Arguments, "-device").Last());
        Assert.Equal("virtio-vga,id=video0", All(Build(Spec() with { VideoAdapter = VMVideoAdapter.Virtio }).Arguments, "-device").Last());
        Assert.DoesNotContain(Build(Spec()).Arguments, static a => a.Contains("video0", StringComparison.Ordinal));
        var arm = All(Build(Spec() with { Generation = 2, VideoAdapter = VMVideoAdapter.Virtio }, Kernel, Host with { Architecture = Architecture.Arm64 }).Arguments, "-device").ToArray();
        Assert.Equal(["virtio-gpu-pci,id=video0", "virtio-keyboard-pci,id=keyboard0"], arm[^2..]);
    }

    [Fact]
    public void Drives_and_what_they_need_come_after_all_else_and_are_booted_after_the_first_disk()
    {
        var disk = new VmDisk { Path = "/d/data.qcow2", Format = "qcow2", SizeBytes = 1, IsNew = true };
        var drive = new VmDrive { Id = Id, Name = "disk1", Type = VMDriveType.HardDisk, Controller = VMControllerType.SCSI, Place = 0, Media = disk };
        var dvd = new VmDrive { Id = Id, Name = "dvd0", Type = VMDriveType.Dvd, Controller = VMControllerType.SATA, Place = 0, IsReadOnly = true, Media = disk with { Path = "/d/a,b.iso", Format = "raw" } };
        var spec = Spec() with { VideoAdapter = VMVideoAdapter.VGA, Drives = [drive, dvd], HotplugPorts = 2, Disk = disk with { Path = "/d/first.qcow2" } };
        var plan = Build(spec);
        string[] last = ["VGA,id=video0", "virtio-scsi-pci,id=scsi0", "pcie-root-port,id=port1,chassis=1,slot=1", "pcie-root-port,id=port2,chassis=2,slot=2"];
        Assert.Equal([.. last, "scsi-hd,id=disk1,drive=disk1,bus=scsi0.0,scsi-id=0,werror=stop,rerror=stop,bootindex=2", "ide-cd,id=dvd0,drive=dvd0,bus=ide.0,bootindex=3"], All(plan.Arguments, "-device").ToArray()[^6..]);
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.ReadWrite, "/d/data.qcow2"), plan.Descriptors);
        Assert.Contains(new QemuDescriptor(QemuDescriptorKind.Read, "/d/a,b.iso"), plan.Descriptors);
        Assert.Contains(All(plan.Arguments, "-blockdev"), static a => a.Contains("node-name=dvd0,discard=unmap,read-only=on", StringComparison.Ordinal));
        Assert.DoesNotContain(All(Build(spec, Kernel).Arguments, "-device"), static a => a.Contains("bootindex", StringComparison.Ordinal));
        Assert.DoesNotContain(All(Build(Spec()).Arguments, "-device"), static a => a.StartsWith("virtio-scsi", StringComparison.Ordinal) || a.StartsWith("pcie-root-port", StringComparison.Ordinal));
    }

    [Fact]
    public void Further_adapters_come_last_and_each_has_its_own_link()
    {
        var adapter = new VmAdapter { Id = Id, Name = "nic1", Model = VMNetworkAdapterModel.E1000, Network = "lan2", MacAddress = "02:56:0a:02:00:02", Attachment = new NetworkAttachment { Addresses = ["10.2.0.2"] }, Place = 2 };
        var spec = Spec() with { Network = "isolated", MacAddress = "52:54:00:01:02:03", AdapterModel = VMNetworkAdapterModel.Rtl8139, Adapters = [adapter], HotplugPorts = 2 };
        var plan = Build(spec, host: Host with { HasVhost = true });
        Assert.Equal("e1000,id=nic1,netdev=net1,mac=02:56:0a:02:00:02,romfile=,bus=port2", All(plan.Arguments, "-device").Last());
        Assert.Contains("rtl8139,id=nic0,netdev=net0,mac=52:54:00:01:02:03,romfile=", plan.Arguments);
        var netdevs = All(plan.Arguments, "-netdev").ToArray();
        Assert.Equal("user,id=net0,restrict=on", netdevs[0]);
        Assert.Matches("^tap,id=net1,fd=[0-9]+$", netdevs[1]);
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.Tap, "nic1"), plan.Descriptors[^1]);
    }

    [Theory]
    [InlineData(Architecture.X64, "tpm-crb")]
    [InlineData(Architecture.Arm64, "tpm-tis-device")]
    public void A_TPM_is_a_connection_to_the_machines_swtpm(Architecture architecture, string device)
    {
        var host = Host with { Architecture = architecture };
        var plan = Build(Spec() with { HasTpm = true }, host: host);
        Assert.Equal("emulator,id=tpm0,chardev=tpmsocket0", After(plan.Arguments, "-tpmdev"));
        Assert.Equal(new QemuDescriptor(QemuDescriptorKind.Tpm, "tpm"), Descriptor(plan, "tpmsocket0"));
        Assert.Equal($"{device},tpmdev=tpm0", All(plan.Arguments, "-device").Last());
        Assert.DoesNotContain("-tpmdev", Build(Spec(), host: host).Arguments);
    }

    private static VmSpec Spec() => new() { MemoryBytes = 256L << 20, ProcessorCount = 1, Generation = 1 };

    private static QemuPlan Build(VmSpec spec, QemuBoot? boot = null, QemuHost? host = null) => QemuArguments.Build(Id, "web01", spec, Folder, boot, host ?? Host);

    private static string After(IReadOnlyList<string> arguments, string option) => Assert.Single(All(arguments, option));

    private static IEnumerable<string> All(IReadOnlyList<string> arguments, string option) =>
        arguments.Index().Where(a => a.Index > 0 && arguments[a.Index - 1] == option).Select(static a => a.Item);

    private static string Opened(QemuPlan plan, string path) => plan.Descriptors[int.Parse(path["/proc/self/fd/".Length..], System.Globalization.CultureInfo.InvariantCulture) - 3].Path;

    private static QemuDescriptor Descriptor(QemuPlan plan, string id)
    {
        var chardev = All(plan.Arguments, "-chardev").Single(a => a.Contains(id, StringComparison.Ordinal));
        var number = chardev.Split(',').Single(static p => p.StartsWith("fd=", StringComparison.Ordinal))[3..];
        return plan.Descriptors[int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) - 3];
    }
}
