using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Images.VmImages;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>Images that are made of machines: whole, sealed or as they are, or not there at all.</summary>
public sealed class NewImageTests
{
    [Fact]
    public async Task A_copy_of_a_guest_forgets_whose_it_was_and_the_guest_does_not()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync("--images", RepositoryRoot.File("out", "test-images"));
        host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "debian", Generation = 1, MemoryStartupBytes = 512L << 20 });
        host.Start("web01");
        host.Wait("web01", WaitCondition.GuestAgent);
        var id = host.Run("web01", "mkdir -p /etc/ssh /etc/udev/rules.d; echo secret > /etc/ssh/ssh_host_ed25519_key; echo mac > /etc/udev/rules.d/70-persistent-net.rules; echo kept > /srv/kept; sync; cat /etc/machine-id");
        Assert.Equal(32, id.Length);
        host.Stop("web01");

        var image = host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "web/1", VMName = "web01", Description = "mine" });
        Assert.Equal(("mine", "VM 'web01'", "kernel", true, false, "machine-id network ssh-host-keys"), (image.Description, image.Source, image.BootKind, image.GuestAgent, image.CloudInit, string.Join(' ', image.Sealed)));
        await host.RunAsync("qemu-img", "check", "-q", Path.Combine(image.Path, "disk.qcow2"));
        Assert.Equal("", await host.BackingOfAsync(Path.Combine(image.Path, "disk.qcow2")));
        Assert.Equal("web01", host.Machines());

        // The machine is as it was; one of the image is another, with all else.
        host.Remove("web01");
        host.Invoke(Methods.NewVM, new NewVM { Name = "web02", Image = "web/1", Generation = 1, MemoryStartupBytes = 512L << 20 });
        host.Start("web02");
        host.Wait("web02", WaitCondition.GuestAgent);
        Assert.Equal("kept", host.Run("web02", "ls /etc/ssh /etc/udev/rules.d | grep -e ssh_host -e 70-; cat /srv/kept"));
        var other = host.Run("web02", "cat /etc/machine-id");
        Assert.Equal(32, other.Length);
        Assert.NotEqual(id, other);
    }

    [Fact]
    public async Task What_has_no_guest_agent_is_not_sealed_and_says_so()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        var refused = host.Refused(Methods.NewVMImage, new NewVMImage { Name = "web", VMName = "web01", Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(("GuestNotSealed", ErrorCode.Timeout), (refused.Id, refused.Code));
        Assert.Contains("-NoSeal", refused.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(FolderOf(host)));

        // As it is, with all that it stands on.
        host.Checkpoint("web01", "a");
        await host.WriteAsync("web01", 2);
        var image = host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "web", VMName = "web01", NoSeal = true });
        Assert.Equal(("disk", 0, made.DiskSizeBytes, "12"), (image.BootKind, image.Sealed.Length, image.VirtualSizeBytes, await host.ReadAsync(Path.Combine(image.Path, "disk.qcow2"))));
        Assert.Equal("VMImageAlreadyExists", host.Refused(Methods.NewVMImage, new NewVMImage { Name = "WEB", VMName = "web01" }).Id);
        host.Start("web01");
        Assert.Equal("VMWrongState", host.Refused(Methods.NewVMImage, new NewVMImage { Name = "b", VMName = "web01" }).Id);
    }

    [Fact]
    public async Task Whatever_ends_the_agent_leaves_the_image_or_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Add("web01", new AddVMDrive { NewSizeBytes = 16 << 20 });
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        await host.SeesAsync("web01", "sda", 16 << 20);
        host.Run("web01", "echo second > /dev/sda; sync");
        host.Stop("web01");
        foreach (var point in VmImageFaults.Make)
        {
            await host.KillAgentAsync();
            host.Faults = point + "=kill";
            await host.StartAgentAsync();
            Assert.Throws<VirtException>(() => host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "web", VMName = "web01" }));
            await host.EndedByFaultAsync();
            host.Faults = "";
            await host.StartAgentAsync();
            var isThere = host.Invoke(Methods.GetVMImage, new GetVMImage()).Items.Any(static image => image.Name == "web");
            Assert.Equal((point, point == VmImageFaults.Named), (point, isThere));
            Assert.Equal((point, isThere ? 1 : 0), (point, Directory.GetFileSystemEntries(FolderOf(host)).Length));
            Assert.Equal((point, "web01"), (point, host.Machines()));
            Assert.Single(Directory.GetDirectories(Path.Combine(host.StateFolder, "vms")));
        }

        // The whole one is whole, and the machine has what it had.
        host.Invoke(Methods.NewVM, new NewVM { Name = "web02", Image = "web", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user" });
        host.Boot("web02");
        Assert.Equal(sum, host.ReadFile("web02", "kept"));
        await host.SeesAsync("web02", "sda", 16 << 20);
        Assert.Equal("second", host.Run("web02", "head -n 1 /dev/sda"));
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
    }

    private static string FolderOf(TestHost host) => Path.Combine(host.StateFolder, "images", "vms");
}
