using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Virt.Agent.Images.VmImages;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Images;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>Images that are made of a distribution's packages: by mmdebstrap, of an archive that build/debian-archive.sh has made, as there is no network here.</summary>
public sealed class DistributionImageTests
{
    private static readonly string Archive = RepositoryRoot.File("out", "test-images", "debian-archive");
    private static readonly string Suite = File.ReadAllText(Path.Combine(Archive, "suite")).Trim();
    private static readonly string Mirror = $"deb [trusted=yes] copy:{Archive} {Suite} main";

    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7vqfu/ ann@desk";
    private const string CloudConfig = """
        {
            "runcmd": ["echo ran >> /root/ran"],
            "write_files": [{ "path": "/etc/written", "content": "h\u00e4llo\n", "permissions": "0640" }],
            "network": { "version": 2, "ethernets": { "enp0s3": { "dhcp4": true, "addresses": ["192.0.2.77/24"] } } }
        }
        """;

    [Fact]
    public async Task A_distribution_becomes_one_image_that_a_BIOS_and_UEFI_with_secure_boot_start_and_its_cloud_init_does_what_a_seed_says()
    {
        await using var host = await TestHost.StartAsync();
        var image = host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "web/1", Distribution = Suite, Packages = ["openssh-server", "cloud-init", "sudo"], Mirrors = [Mirror], SizeBytes = 3L << 30, HostName = "web" });
        Assert.Equal(("disk", true, true, 3L << 30, "machine-id ssh-host-keys"), (image.BootKind, image.GuestAgent, image.CloudInit, image.VirtualSizeBytes, string.Join(' ', image.Sealed)));
        Assert.EndsWith(" with openssh-server, cloud-init, sudo", image.Description, StringComparison.Ordinal);
        await host.RunAsync("qemu-img", "check", "-q", Path.Combine(image.Path, "disk.qcow2"));
        Assert.Equal("", await host.BackingOfAsync(Path.Combine(image.Path, "disk.qcow2")));
        AssertNothingIsLeft(host, images: 1);

        var hasSecureBoot = File.Exists("/usr/share/OVMF/OVMF_VARS_4M.ms.fd");
        foreach (var generation in new[] { 1, 2 })
        {
            var request = new NewVM { Name = $"gen{generation}", Image = "web/1", Generation = generation, MemoryStartupBytes = 768L << 20, NewVHDSizeBytes = 6L << 30, SwitchName = "user" };
            host.Invoke(Methods.NewVM, generation == 2 ? request : request with { UserName = "ann", SshKeys = [Key], HostName = "web-one", CloudInit = CloudConfig });
        }

        if (hasSecureBoot)
        {
            host.Invoke(Methods.SetVMFirmware, new SetVMFirmware { Name = "gen2", SecureBoot = true });
        }

        host.Start("gen1");
        host.Start("gen2");
        foreach (var name in new[] { "gen1", "gen2" })
        {
            await AwaitCloudInitAsync(host, name);
        }

        Assert.Equal("no firmware of UEFI", host.Run("gen1", "[ -d /sys/firmware/efi ] || echo no firmware of UEFI"));
        var secure = host.Run("gen2", "od -An -t u1 -j 4 -N 1 /sys/firmware/efi/efivars/SecureBoot-*").Trim();
        Assert.Equal(hasSecureBoot ? "1" : "0", secure);
        foreach (var name in new[] { "gen1", "gen2" })
        {
            host.Wait(name, WaitCondition.IPAddress);
            Assert.Equal((name == "gen1" ? "web-one" : "gen2", "127.0.1.1 web"), (host.Run(name, "cat /etc/hostname"), host.Run(name, "grep ^127.0.1.1 /etc/hosts")));
            Assert.Equal("install ok installed", host.Run(name, "dpkg-query -W -f '${Status}' openssh-server"));
            Assert.Equal(("console=tty0", Suite), (host.Run(name, "grep -o 'console=tty0' /proc/cmdline"), host.Run(name, ". /etc/os-release; echo $VERSION_CODENAME")));

            // The root has grown with the disk, sshd has keys of its own, and root has no password that anybody could know.
            Assert.True(long.Parse(host.Run(name, "df -B 1 --output=size / | tail -n 1"), System.Globalization.CultureInfo.InvariantCulture) > 5L << 30);
            await Poll.UntilAsync(() => host.Run(name, "systemctl is-active ssh || true") == "active", "sshd");
            Assert.StartsWith("root:!", host.Run(name, "grep ^root: /etc/shadow"), StringComparison.Ordinal);
            Assert.Contains("/boot/efi", host.Run(name, "cat /proc/mounts"), StringComparison.Ordinal);
        }

        // As a new kernel's package does.
        Assert.NotEqual("0", host.Run("gen1", "update-grub > /dev/null 2>&1; grep -c '/boot/vmlinuz-.* root=UUID=.* console=tty0 ' /boot/grub/grub.cfg"));
        Assert.NotEqual(host.Run("gen1", "cat /etc/ssh/ssh_host_ed25519_key.pub"), host.Run("gen2", "cat /etc/ssh/ssh_host_ed25519_key.pub"));
        Assert.NotEqual(host.Run("gen1", "cat /etc/machine-id"), host.Run("gen2", "cat /etc/machine-id"));
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "gen2", DeleteDisk = true, Force = true });
        await CheckSeedAsync(host);
    }

    // What NoCloud found on the seed: once, and again in a copy, which is another one.
    private static async Task CheckSeedAsync(TestHost host)
    {
        var id = host.Get("gen1").Id;
        Assert.Equal(($"{id}", "web-one", "1"), Facts(host, "gen1"));
        Assert.Equal("0 " + Key, host.Run("gen1", "echo $(su ann -c 'sudo -n id -u') $(cat ~ann/.ssh/authorized_keys)"));
        Assert.Equal("640 h\u00e4llo", host.Run("gen1", "echo $(stat -c %a /etc/written) $(cat /etc/written)"));
        Assert.Contains("192.0.2.77/24", host.Run("gen1", "ip -br address"), StringComparison.Ordinal);
        var key = host.Run("gen1", "cat /etc/ssh/ssh_host_ed25519_key.pub");
        var machineId = host.Run("gen1", "cat /etc/machine-id");
        host.Stop("gen1");
        var copy = host.Copy("gen1", "copy").Single();
        host.Start("gen1");
        host.Start("copy");
        foreach (var name in new[] { "gen1", "copy" })
        {
            await AwaitCloudInitAsync(host, name);
        }

        Assert.Equal(($"{id}", "web-one", "1"), Facts(host, "gen1"));
        Assert.Equal(($"{copy.Id}", "copy", "2"), Facts(host, "copy"));
        Assert.Equal(key, host.Run("gen1", "cat /etc/ssh/ssh_host_ed25519_key.pub"));
        Assert.NotEqual(key, host.Run("copy", "cat /etc/ssh/ssh_host_ed25519_key.pub"));
        Assert.Equal((machineId, copy.Id.ToString("N")), (host.Run("gen1", "cat /etc/machine-id"), host.Run("copy", "cat /etc/machine-id")));
    }

    private static (string Id, string HostName, string Runs) Facts(TestHost host, string name) =>
        (host.Run(name, "cat /var/lib/cloud/data/instance-id"), host.Run(name, "hostname"), host.Run(name, "wc -l < /root/ran"));

    // By what it writes last of all; beside others two emulated guests need longer than one.
    private static async Task AwaitCloudInitAsync(TestHost host, string name)
    {
        host.Invoke(Methods.WaitVM, new WaitVM { Name = name, For = WaitCondition.GuestAgent, Timeout = TimeSpan.FromMinutes(10) });
        const string Result = "cat /run/cloud-init/result.json 2> /dev/null || true";
        await Poll.UntilAsync(() => host.Run(name, Result).Length > 0, () => $"the end of cloud-init in '{name}'", TimeSpan.FromMinutes(5));
        var result = JsonNode.Parse(host.Run(name, Result))!["v1"]!;
        Assert.Equal(("[]", true), (result["errors"]!.ToJsonString(), ((string)result["datasource"]!).StartsWith("DataSourceNoCloud [seed=/dev/vdb]", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_distribution_becomes_an_image_that_containers_run_and_that_others_read()
    {
        await using var host = await TestHost.StartAsync();
        var image = host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "base:1", Distribution = Suite, Mirrors = [Mirror], Packages = ["openssh-server"], Command = ["/usr/sbin/sshd", "-V"] });
        Assert.Equal(("localhost/base:1", 1), (image.Name, host.Stored().Layers.Count));
        AssertNothingIsLeft(host, images: 0);
        string[] script = [". /etc/os-release; echo $VERSION_CODENAME", "dpkg-query -W -f '${Status}\\n' openssh-server", "stat -c '%u:%g %a' /etc/shadow", "getent group shadow | cut -d: -f3"];
        var ended = host.RunToEnd(new NewContainer { Image = "base:1", Command = ["/bin/bash", "-c", string.Join("; ", script)] });
        var said = host.Log(ended);
        Assert.Equal((0, Suite, "install ok installed", $"0:{said[3]} 640"), (ended.ExitCode, said[0], said[1], said[2]));

        // sshd -V of this distribution says its version on standard error and ends.
        Assert.Contains("OpenSSH", string.Join('\n', host.Log(host.RunToEnd(new NewContainer { Image = "base:1" }))), StringComparison.Ordinal);
        var archive = host.Export("base:1", "base.tar", ContainerImageFormat.Oci);
        Assert.Contains("\"architecture\"", await host.RunAsync("skopeo", "inspect", "--config", "--raw", $"oci-archive:{archive}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_mirrors_have_not_is_said_by_its_name_and_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        var request = new NewVMImage { Name = "web", Distribution = Suite, Mirrors = [Mirror] };
        Assert.Equal((3L << 30, 0), (host.Client.Invoke(Methods.NewVMImage, request with { SizeBytes = 3L << 30 }, new CallOptions { WhatIf = true }).VirtualSizeBytes, host.Invoke(Methods.GetVMImage, new GetVMImage { Names = ["web*"] }).Items.Length));

        AssertRefused(request with { Packages = ["no-such-package"] }, "PackageNotFound", ErrorCode.NotFound, "'no-such-package'");
        AssertRefused(request with { Distribution = "nosuchsuite", Mirrors = [$"deb [trusted=yes] copy:{Archive} nosuchsuite main"] }, "DistributionNotFound", ErrorCode.NotFound, "'nosuchsuite'");
        AssertRefused(request with { Mirrors = ["http://127.0.0.1:9/debian"] }, "MirrorNotReachable", ErrorCode.Unavailable, "127.0.0.1:9");
        AssertRefused(request with { Mirrors = [$"deb copy:{Archive} {Suite} main"] }, "MirrorNotTrusted", ErrorCode.Unauthenticated, "not signed");
        AssertRefused(request with { Mirrors = ["ftp://mirror/debian"] }, "InvalidMirror", ErrorCode.InvalidArgument, "'ftp://mirror/debian'");
        AssertRefused(request with { SizeBytes = 1L << 30 }, "InvalidDiskSize", ErrorCode.InvalidArgument, "1GB; 2GB");
        AssertRefused(request with { HostName = "-web" }, "InvalidHostName", ErrorCode.InvalidArgument, "'-web'");
        AssertRefused(request with { Distribution = "", Packages = ["curl"] }, "InvalidImageSource", ErrorCode.InvalidArgument, "a VM and a distribution");
        AssertRefused(request with { VMName = "web01" }, "InvalidImageSource", ErrorCode.InvalidArgument, "a VM and a distribution");
        AssertRefused(request with { Name = "starter" }, "VMImageAlreadyExists", ErrorCode.AlreadyExists, "'starter'");

        // The same of a container image, which mmdebstrap makes in the same room.
        var container = host.Refused(Methods.NewContainerImage, new NewContainerImage { Name = "web", Distribution = Suite, Mirrors = [Mirror], Packages = ["no-such-package"] });
        Assert.Equal("PackageNotFound", container.Id);
        AssertNothingIsLeft(host, images: 0);

        void AssertRefused(NewVMImage wrong, string id, ErrorCode code, string words)
        {
            var refused = host.Refused(Methods.NewVMImage, wrong);
            Assert.Equal((id, code), (refused.Id, refused.Code));
            Assert.Contains(words, refused.Message, StringComparison.Ordinal);
            Assert.NotEmpty(refused.RecommendedAction!);
        }
    }

    [Fact]
    public async Task A_disk_without_room_is_said_to_be_full()
    {
        await using var host = await TestHost.MakeAsync();
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=1700m", "tmpfs", Directory.CreateDirectory(host.StateFolder).FullName);
        host.ProgramFolder = host.Files;
        await WriteToolAsync(host.ProgramFolder, "head -c 1800M /dev/zero > \"$root/etc/filler\" 2> /dev/null || exit 25");
        await host.StartAgentAsync();
        var refused = host.Refused(Methods.NewVMImage, new NewVMImage { Name = "web", Distribution = Suite });
        Assert.Equal(("ImageBuildDiskFull", ErrorCode.ResourceExhausted), (refused.Id, refused.Code));
        Assert.Equal("", await host.RunAsync("find", MakingOf(host), "-mindepth", "1"));
    }

    [Fact]
    public async Task Whoever_ends_it_in_the_middle_ends_all_of_its_processes_and_mounts()
    {
        await using var host = await TestHost.MakeAsync();
        host.ProgramFolder = host.Files;
        await WriteToolAsync(host.ProgramFolder, $"mount -t tmpfs tmpfs \"$root/etc\"; setsid sleep 7654321 & touch {host.Files}/begun; sleep 7654321");
        foreach (var isKilled in new[] { false, true })
        {
            File.Delete(Path.Combine(host.Files, "begun"));
            await host.StartAgentAsync();
            var operation = host.Client.Detach(Methods.NewVMImage, new NewVMImage { Name = "web", Distribution = Suite });
            await Poll.UntilAsync(() => File.Exists(Path.Combine(host.Files, "begun")), "the program that makes the root");
            var room = Path.GetFileName(Assert.Single(Directory.GetDirectories(MakingOf(host))));
            Assert.NotEmpty(TestHost.ProcessesOf(room));
            if (isKilled)
            {
                await host.KillAgentAsync();
                Assert.NotEmpty(TestHost.ProcessesOf(room));
                await host.StartAgentAsync();
            }
            else
            {
                Assert.Equal(OperationState.Cancelled, host.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = operation.Id }).State);
            }

            await Poll.UntilAsync(() => TestHost.ProcessesOf("7654321").Count == 0 && TestHost.ProcessesOf(room).Count == 0, "the end of all that was started");
            await Poll.UntilAsync(() => Directory.GetFileSystemEntries(MakingOf(host)).Length == 0, "the end of its folder");
            AssertNothingIsLeft(host, images: 0);
            Assert.DoesNotContain(room, await host.RunAsync("cat", "/proc/self/mountinfo"), StringComparison.Ordinal);
            await host.StopAgentAsync();
        }
    }

    [Fact]
    public async Task Whatever_ends_the_agent_leaves_the_image_or_nothing()
    {
        await using var host = await TestHost.MakeAsync();
        host.ProgramFolder = host.Files;
        await WriteToolAsync(host.ProgramFolder, "");
        foreach (var point in VmImageFaults.MakeOfDistribution)
        {
            host.Faults = point + "=kill";
            await host.StartAgentAsync();
            Assert.Throws<VirtException>(() => host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "web", Distribution = Suite, Packages = ["curl"] }));
            await host.EndedByFaultAsync();
            host.Faults = "";
            await host.StartAgentAsync();
            var isThere = host.Invoke(Methods.GetVMImage, new GetVMImage()).Items.Any(static image => image.Name == "web");
            Assert.Equal((point, point == VmImageFaults.Named), (point, isThere));
            AssertNothingIsLeft(host, isThere ? 1 : 0);
            await host.StopAgentAsync();
        }

        // What it has made is a disk with three partitions, as the machine's own tools read it.
        await host.StartAgentAsync();
        var image = Assert.Single(host.Invoke(Methods.GetVMImage, new GetVMImage { Names = ["web"] }).Items);
        Assert.Equal("Test 1 with curl", image.Description);
        await host.RunAsync("qemu-img", "convert", "-O", "raw", Path.Combine(image.Path, "disk.qcow2"), Path.Combine(host.Files, "raw"));
        Assert.Equal("bios esp root", string.Join(' ', (await host.RunAsync("partx", "--show", "--noheadings", "--output", "NAME", Path.Combine(host.Files, "raw"))).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string MakingOf(TestHost host) => Path.Combine(host.StateFolder, "images", "making");

    private static void AssertNothingIsLeft(TestHost host, int images)
    {
        Assert.Empty(Directory.Exists(MakingOf(host)) ? Directory.GetFileSystemEntries(MakingOf(host)) : []);
        var folder = Path.Combine(host.StateFolder, "images", "vms");
        Assert.Equal(images, Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder).Length : 0);
    }

    // A mmdebstrap that makes in no time what the disk is made of.
    private static async Task WriteToolAsync(string folder, string more)
    {
        var program = Path.Combine(folder, "mmdebstrap");
        await File.WriteAllTextAsync(
            program,
            $"""
            #!/bin/sh
            for word; do case $word in */root) root=$word ;; esac; done
            mkdir -p "$root/etc" "$root/usr/lib" "$root/boot/grub/i386-pc" "$root/boot/efi/EFI/BOOT"
            echo 'PRETTY_NAME="Test 1"' > "$root/usr/lib/os-release"
            echo loader > "$root/boot/efi/EFI/BOOT/BOOTX64.EFI"
            head -c 512 /dev/zero > "$root/boot/grub/i386-pc/boot.img"
            head -c 4000 /dev/zero > "$root/boot/grub/i386-pc/core.img"
            {more}
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }
}
