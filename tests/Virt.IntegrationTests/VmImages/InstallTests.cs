using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.VmImages;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Packaging;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>Images that an installer makes: a small one of ours, which runs its answer file, and Debian's own.</summary>
public sealed class InstallTests
{
    // Looks for its answers where Debian's installer does, and where Red Hat's and cloud-init do.
    private const string Init =
        """
        #!/bin/sh
        export PATH=/bin:/sbin
        mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys
        cat /lib/modules/modules.order /lib/modules/modules.later | while read -r m; do insmod /lib/modules/$m 2>/dev/null; done
        mkdir -p /cd
        [ -f /preseed.cfg ] || for i in $(seq 100); do [ -b /dev/sr0 ] && break; sleep 0.1; done
        for d in /dev/sr?; do
            mount -t iso9660 -o ro $d /cd 2>/dev/null || continue
            for f in ks.cfg user-data; do [ ! -f /cd/$f ] || cp /cd/$f /preseed.cfg; done
            umount /cd
        done
        echo "the installer is here"
        . /preseed.cfg
        """;

    // A boot sector that lets ACPI power the machine off (mov dx, 604h; mov ax, 2000h; out dx, ax; hlt), and the kernel's command line behind it.
    private const string WritesBootSector =
        @"printf '\272\004\006\270\000\040\357\364' | dd of=/dev/vda bs=512 conv=notrunc 2>/dev/null; printf '\125\252' | dd of=/dev/vda bs=1 seek=510 conv=notrunc 2>/dev/null; dd if=/proc/cmdline of=/dev/vda bs=512 seek=1 conv=notrunc 2>/dev/null; sync; ";

    // A boot sector that waits for a key (int 16h), writes itself to the first disk (int 13h, 3) and lets ACPI power the machine off.
    private static readonly byte[] AsksForAnyKey =
    [
        0xFC, 0x31, 0xC0, 0xCD, 0x16, // cld; xor ax, ax; int 16h
        0x31, 0xC0, 0x8E, 0xC0, 0xBB, 0x00, 0x7C, // xor ax, ax; mov es, ax; mov bx, 7C00h
        0xB8, 0x01, 0x03, 0xB9, 0x01, 0x00, 0xBA, 0x80, 0x00, 0xCD, 0x13, // mov ax, 301h; mov cx, 1; mov dx, 80h; int 13h
        0xBA, 0x04, 0x06, 0xB8, 0x00, 0x20, 0xEF, 0xF4, 0xEB, 0xFD, // mov dx, 604h; mov ax, 2000h; out dx, ax; hlt; jmp $-1
    ];

    private const string PowersOff = "echo o > /proc/sysrq-trigger; sleep 60";
    private const string Resets = "echo b > /proc/sysrq-trigger; sleep 60";

    [Fact]
    public async Task A_kernel_that_is_started_directly_finds_its_answers_and_what_it_installs_is_started_once_to_be_sealed()
    {
        await using var host = await TestHost.StartAsync();
        var observer = new ContainerHost.Observer();
        var image = host.Invoke(Methods.InstallVMImage, Request(host) with { AnswerFile = Bytes("for i in $(seq 20); do echo installing; sleep 0.2; done; " + WritesBootSector + Resets), KernelParameters = ["mine=1"], NoSeal = false }, observer);
        Assert.Equal(("web/1", "disk", "ISO 'mini.iso'", 64L << 20, 0, false), (image.Name, image.BootKind, image.Source, image.VirtualSizeBytes, image.Sealed.Length, image.GuestAgent));
        Assert.Contains("ended before its guest agent answered", image.SealProblem, StringComparison.Ordinal);
        Assert.Contains(observer.Progress, static p => p.Status!.EndsWith("installed: installing", StringComparison.Ordinal));
        var written = await SecondSectorAsync(host, image);
        Assert.StartsWith("auto=true priority=critical DEBIAN_FRONTEND=text console=tty0 console=ttyS0 mine=1", written, StringComparison.Ordinal);

        // A machine of it starts what was installed, which ends at once.
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "web/1", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "none" });
        host.Start("web01");
        await Poll.UntilAsync(() => host.Get("web01").State == VMState.Stopped, "the machine's end");
    }

    [Fact]
    public async Task What_the_firmware_starts_finds_its_answers_on_a_disk_and_may_start_anew()
    {
        await using var host = await TestHost.StartAsync();
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan", Subnets = ["10.91.7.0/24"] });
        var answers = $"if [ \"$(head -c 4 /dev/vda)\" = once ]; then ip link set eth0 up; udhcpc -n -q -i eth0 -s /usr/share/udhcpc/default.script >/dev/null; ip -4 -o addr show eth0 | dd of=/dev/vda bs=512 seek=1 conv=notrunc; sync; {PowersOff}; fi; printf once | dd of=/dev/vda conv=notrunc; sync; {Resets}";
        var image = host.Invoke(Methods.InstallVMImage, Request(host) with
        {
            IsoPath = Bootable(host),
            DriverIsoPath = Mini(host),
            AnswerFileName = "ks.cfg",
            AnswerFile = Bytes(answers),
            Generation = 2,
            MemoryBytes = 512L << 20, // GRUB needs more than the kernel does
            SwitchName = "lan",
        });
        Assert.True(File.Exists(Path.Combine(image.Path, "nvram.fd")));
        Assert.Contains("inet 10.91.7.", await SecondSectorAsync(host, image), StringComparison.Ordinal);
        Assert.Equal(("", ""), (image.SealProblem, host.Machines()));
    }

    [Fact]
    public async Task What_Windows_media_ask_before_they_start_is_answered()
    {
        await using var host = await TestHost.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(host.Files, "ask")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "boot.bin"), AsksForAnyKey, TestContext.Current.CancellationToken);
        ProgramRun.Output0("sh", "-c", $"xorriso -as mkisofs -quiet -V ASK -R -J -b boot.bin -no-emul-boot -boot-load-size 4 -o '{folder}.iso' '{folder}' 2>/dev/null");
        var image = host.Invoke(Methods.InstallVMImage, Request(host) with { IsoPath = folder + ".iso", AnswerFileName = "autounattend.xml", AnswerFile = Bytes("<unattend/>"), Timeout = TimeSpan.FromMinutes(3) });
        await host.RunAsync("qemu-img", "convert", "-O", "raw", Path.Combine(image.Path, "disk.qcow2"), Path.Combine(host.Files, "raw"));
        Assert.Equal(AsksForAnyKey, (await File.ReadAllBytesAsync(Path.Combine(host.Files, "raw"), TestContext.Current.CancellationToken))[..AsksForAnyKey.Length]);

        // No one answers an installer of another system.
        var waiting = host.Refused(Methods.InstallVMImage, Request(host) with { Name = "web/2", IsoPath = folder + ".iso", AnswerFileName = "ks.cfg", Timeout = TimeSpan.FromSeconds(10) });
        Assert.Equal(ErrorCode.Timeout, waiting.Code);
    }

    [Fact]
    public async Task Debian_s_installer_reads_its_answers_and_what_installs_nothing_is_no_image()
    {
        await using var host = await TestHost.StartAsync();
        var observer = new ContainerHost.Observer();
        var request = Request(host) with
        {
            IsoPath = RepositoryRoot.File("out", "test-images", "payloads", "installer.iso"),
            AnswerFile = Bytes("d-i preseed/early_command string for i in 1 2 3 4 5 6 7 8; do echo READ BY THE INSTALLER >/dev/console; sleep 1; done; echo o >/proc/sysrq-trigger; sleep 60\n"),
            MemoryBytes = 512L << 20,
            Timeout = TimeSpan.FromMinutes(8),
        };
        var refused = Assert.Throws<VirtException>(() => host.Invoke(Methods.InstallVMImage, request, observer));
        Assert.Equal(("InstallationFailed", ErrorCode.Unavailable), (refused.Id, refused.Code));
        Assert.Contains("has powered off and has written nothing to the disk", refused.Message, StringComparison.Ordinal);
        Assert.Contains(observer.Progress, static p => p.Status!.EndsWith(": READ BY THE INSTALLER", StringComparison.Ordinal));
        AssertNothingIsLeft(host);
    }

    [Fact]
    public async Task An_installer_that_does_not_end_or_comes_to_no_good_end_says_so_and_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        var late = host.Refused(Methods.InstallVMImage, Request(host) with { AnswerFile = Bytes("echo which keyboard; sleep 1000"), Timeout = TimeSpan.FromSeconds(20) });
        Assert.Equal(("InstallationFailed", ErrorCode.Timeout), (late.Id, late.Code));
        Assert.Contains("20 s", late.Message, StringComparison.Ordinal);
        AssertNothingIsLeft(host);

        var panicked = host.Refused(Methods.InstallVMImage, Request(host) with { AnswerFile = Bytes("exit 1") });
        Assert.Equal(("InstallationFailed", ErrorCode.Unavailable), (panicked.Id, panicked.Code));
        Assert.Contains("stands still: The guest's kernel has panicked", panicked.Message, StringComparison.Ordinal);
        AssertNothingIsLeft(host);

        using var cancel = new CancellationTokenSource();
        var begun = new CancelAtProgress(cancel);
        var cancelled = Assert.Throws<VirtException>(() => host.Client.Invoke(Methods.InstallVMImage, Request(host) with { AnswerFile = Bytes("sleep 1000") }, observer: begun, cancellation: cancel.Token));
        Assert.Equal(ErrorCode.Cancelled, cancelled.Code);
        AssertNothingIsLeft(host);
    }

    [Fact]
    public async Task Whatever_ends_the_agent_leaves_the_image_or_nothing()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var point in VmImageFaults.Install)
        {
            await host.KillAgentAsync();
            host.Faults = point + "=kill";
            await host.StartAgentAsync();
            Assert.Throws<VirtException>(() => host.Invoke(Methods.InstallVMImage, Request(host)));
            await host.EndedByFaultAsync();
            host.Faults = "";
            await host.StartAgentAsync();
            var isThere = host.Invoke(Methods.GetVMImage, new GetVMImage()).Items.Any(static image => image.Name == "web/1");
            Assert.Equal((point, point == VmImageFaults.Named), (point, isThere));
            if (!isThere)
            {
                AssertNothingIsLeft(host);
            }
        }
    }

    [Fact]
    public async Task What_cannot_be_installed_is_refused_before_anything_is_made()
    {
        await using var host = await TestHost.StartAsync();
        var noIso = Path.Combine(host.Files, "no.iso");
        await File.WriteAllTextAsync(noIso, "no");
        foreach (var (request, id) in new[]
        {
            (Request(host) with { IsoPath = "/no/such.iso" }, "InvalidIso"),
            (Request(host) with { IsoPath = noIso }, "InvalidIso"),
            (Request(host) with { IsoPath = "mini.iso" }, "InvalidPath"),
            (Request(host) with { DriverIsoPath = "/no/such.iso" }, "InvalidIso"),
            (Request(host) with { AnswerFileName = "answers.txt" }, "InvalidAnswerFile"),
            (Request(host) with { AnswerFile = [] }, "InvalidAnswerFile"),
            (Request(host) with { IsoPath = RepositoryRoot.File("out", "test-images", "payloads", "hdt.iso") }, "InstallerNotKnown"),
            (Request(host) with { SwitchName = "nosuch" }, "NetworkNotFound"),
            (Request(host) with { Generation = 3 }, "InvalidGeneration"),
            (Request(host) with { MemoryBytes = 1 }, "InvalidMemory"),
            (Request(host) with { SizeBytes = 1 }, "InvalidDiskSize"),
            (Request(host) with { KernelParameters = ["a\nb"] }, "InvalidKernelParameter"),
            (Request(host) with { Name = "" }, "InvalidName"),
        })
        {
            var refused = host.Refused(Methods.InstallVMImage, request);
            Assert.Equal((id, true), (refused.Id, refused.RecommendedAction is { Length: > 0 }));
            Assert.Equal(id, Assert.Throws<VirtException>(() => host.Client.Invoke(Methods.InstallVMImage, request, new CallOptions { WhatIf = true })).Id);
            AssertNothingIsLeft(host);
        }

        Assert.Equal("web/1", host.Client.Invoke(Methods.InstallVMImage, Request(host), new CallOptions { WhatIf = true }).Name);
        AssertNothingIsLeft(host);
    }

    private static InstallVMImage Request(TestHost host) => new()
    {
        Name = "web/1",
        IsoPath = Mini(host),
        AnswerFileName = "preseed.cfg",
        AnswerFile = Bytes(WritesBootSector + PowersOff),
        SizeBytes = 64 << 20,
        MemoryBytes = Guest.Memory,
        SwitchName = "none",
        Generation = 1,
        NoSeal = true,
        Timeout = Poll.Limit,
    };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    // As Debian's small image is: kernel and initramfs in its first folder.
    private static string Mini(TestHost host)
    {
        var path = Path.Combine(host.Files, "mini.iso");
        if (!File.Exists(path))
        {
            var starter = RepositoryRoot.File("out", "images", "vms", "starter");
            var tree = Directory.CreateDirectory(Path.Combine(host.Files, "mini")).FullName;
            var init = Path.Combine(host.Files, "init");
            File.WriteAllText(init, Init);
            File.SetUnixFileMode(init, (UnixFileMode)0x1ED);
            File.Copy(Path.Combine(starter, "vmlinuz"), Path.Combine(tree, "linux"));
            File.Copy(Path.Combine(starter, "initramfs.cpio"), Path.Combine(tree, "initrd.gz"));
            ProgramRun.Output0("sh", "-c", $"cd '{host.Files}' && echo init | cpio -o -H newc --quiet >> mini/initrd.gz && xorriso -as mkisofs -quiet -V MINI -R -J -o '{path}' mini");
        }

        return path;
    }

    // The same, which UEFI starts: the medium of the payloads with this kernel on it.
    private static string Bootable(TestHost host)
    {
        Mini(host);
        var path = Path.Combine(host.Files, "bootable.iso");
        var grub = RepositoryRoot.File("out", "test-images", "payloads", "starter.iso");
        ProgramRun.Output0("sh", "-c", $"cd '{host.Files}' && xorriso -osirrox on -indev '{grub}' -extract / tree 2>/dev/null && cp mini/* tree/ && xorriso -as mkisofs -quiet -V BOOTABLE -R -J -e efi.img -no-emul-boot -o '{path}' tree 2>/dev/null");
        return path;
    }

    private static async Task<string> SecondSectorAsync(TestHost host, VMImage image)
    {
        var raw = Path.Combine(host.Files, "raw");
        await host.RunAsync("qemu-img", "convert", "-O", "raw", Path.Combine(image.Path, "disk.qcow2"), raw);
        using var file = File.OpenHandle(raw);
        var sector = new byte[512];
        RandomAccess.Read(file, sector, sector.Length);
        return Encoding.ASCII.GetString(sector).TrimEnd('\0');
    }

    private static void AssertNothingIsLeft(TestHost host)
    {
        Assert.Empty(Directory.Exists(Path.Combine(host.StateFolder, "images", "vms")) ? Directory.GetFileSystemEntries(Path.Combine(host.StateFolder, "images", "vms")) : []);
        Assert.Empty(Directory.Exists(Path.Combine(host.StateFolder, "vms")) ? Directory.GetFileSystemEntries(Path.Combine(host.StateFolder, "vms")) : []);
    }

    private sealed class CancelAtProgress(CancellationTokenSource cancel) : ICallObserver
    {
        public void OnProgress(ProgressInfo progress)
        {
            if (progress.Status?.Contains("installed", StringComparison.Ordinal) == true)
            {
                cancel.Cancel();
            }
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message)
        {
        }
    }
}
