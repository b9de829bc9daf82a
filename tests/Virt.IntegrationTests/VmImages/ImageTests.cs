using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Images.VmImages;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>Images of machines come and go, and never from under a machine.</summary>
public sealed class ImageTests
{
    [Fact]
    public async Task An_image_stays_as_long_as_a_disk_or_a_checkpoint_stands_on_it()
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host, "debian%2F12");
        var made = host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, Image = "debian/12" });
        Assert.Equal(("debian/12", 64L << 20), (made.Image, made.DiskSizeBytes));
        Assert.Equal("web01", Assert.Single(Find(host, "debian/12").UsedBy));
        var refused = host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "debian/12" });
        Assert.Equal(("VMImageInUse", ErrorCode.WrongState, "Cannot remove VM image 'debian/12': VM 'web01' needs it.", "Remove-VM web01"), (refused.Id, refused.Code, refused.Message, refused.RecommendedAction));

        // A copy that stands on all of it, a full one that does not, and a checkpoint.
        host.Checkpoint("web01", "a");
        var copy = host.Copy("web01", "copy").Single();
        host.Copy("web01", "full", isFull: true);
        Assert.Equal("copy web01", string.Join(' ', Find(host, "debian/12").UsedBy));
        Assert.Equal("VMImageInUse", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "debian/12" }).Id);
        host.Remove("copy");
        host.Remove("web01");

        // A further disk that stands on it.
        var child = Path.Combine(host.StateFolder, "child.qcow2");
        host.Invoke(Methods.NewVHD, new NewVHD { Path = child, Type = VHDType.Differencing, ParentPath = Directory.GetFiles(FolderOf(host), "*.qcow2", SearchOption.AllDirectories).Single() });
        host.NewEmpty("data");
        host.Add("data", new AddVMDrive { Path = child });
        Assert.Equal("data", Assert.Single(Find(host, "debian/12").UsedBy));
        Assert.Equal("VMImageInUse", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "debian/12" }).Id);
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "data", Name = "disk1", DeleteDisk = true });
        Assert.Empty(Find(host, "debian/12").UsedBy);
        host.Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = "debian/12" });
        Assert.Equal("VMImageNotFound", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "debian/12" }).Id);
        Assert.DoesNotContain(copy.Name, host.Machines());

        // What stands on nothing starts without it.
        Assert.Equal(VMState.Running, host.Start("full").State);
        Assert.Equal("VMImageNotOwn", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "starter" }).Id);
    }

    [Fact]
    public async Task An_agent_that_is_killed_leaves_all_of_an_image_or_nothing()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = string.Join(',', VmImageFaults.Remove.Select(static point => point + "=kill"));
        await host.StartAgentAsync();
        await MakeAsync(host, "one");
        Assert.Throws<VirtException>(() => host.Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = "one" }));
        await host.EndedByFaultAsync();
        host.Faults = VmImageFaults.Hidden + "=fail";
        await host.StartAgentAsync();
        Assert.DoesNotContain("one", host.Invoke(Methods.GetVMImage, new GetVMImage()).Items.Select(static image => image.Name));
        Assert.Empty(Directory.GetFileSystemEntries(FolderOf(host)));

        // One that cannot be removed is as it was.
        await MakeAsync(host, "two");
        Assert.Equal("FaultInjected", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = "two" }).Id);
        Assert.Equal("two", Find(host, "two").Name);
        await host.StopAgentAsync();
        host.Faults = "";
        await host.StartAgentAsync();
    }

    private static VMImage Find(TestHost host, string name) => Assert.Single(host.Invoke(Methods.GetVMImage, new GetVMImage { Names = [name] }).Items);

    private static string FolderOf(TestHost host) => Path.Combine(host.StateFolder, "images", "vms");

    private static async Task MakeAsync(TestHost host, string folder)
    {
        var path = Directory.CreateDirectory(Path.Combine(FolderOf(host), folder)).FullName;
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", Path.Combine(path, "disk.qcow2"), "64M");
        await File.WriteAllTextAsync(Path.Combine(path, "image.json"), """{"disk": "disk.qcow2"}""");
    }
}
