using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Fleet;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.VmImages;

/// <summary>Images of machines with several disks: they have all of them, and so has each machine of them, wherever it goes.</summary>
public sealed class SeveralDisksImageTests
{
    private const string Image = "web/1";

    private static readonly string[] FileNames = ["disk.qcow2", "disk1.qcow2", "disk2.qcow2"];

    [Fact]
    public async Task A_machine_of_an_image_has_all_of_its_disks_linked_and_goes_with_them_where_any_goes()
    {
        await using var pair = await HostPair.StartAsync();
        var host = pair.A;
        host.NewDisk("web01");
        host.Add("web01", new AddVMDrive { NewSizeBytes = 32 << 20 });
        host.Add("web01", new AddVMDrive { NewSizeBytes = 16 << 20, ControllerType = VMControllerType.Virtio, IsIndependent = true });
        await WriteAsync(host, "web01", 1);
        await File.WriteAllBytesAsync(Path.Combine(host.Files, "x.iso"), new byte[4096], TestContext.Current.CancellationToken);
        host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd, Path = Path.Combine(host.Files, "x.iso") });
        host.Checkpoint("web01", "a", includeMemory: false);
        await WriteAsync(host, "web01", 2);

        var image = host.Invoke(Methods.NewVMImage, new NewVMImage { Name = Image, VMName = "web01", NoSeal = true });
        Assert.Equal(
            [("disk0", VMControllerType.Virtio, 64L << 20), ("disk1", VMControllerType.SCSI, 32L << 20), ("disk2", VMControllerType.Virtio, 16L << 20)],
            image.Disks.Select(static disk => (disk.Name, disk.ControllerType, disk.VirtualSizeBytes)));
        var files = FileNames.Select(name => Path.Combine(image.Path, name)).ToArray();
        Assert.Equal(["12 ", "12 ", "12 "], await Task.WhenAll(files.Select(async file => await host.ReadAsync(file) + " " + await host.BackingOfAsync(file))));
        Assert.Contains("\"controller\": \"SCSI\"", await File.ReadAllTextAsync(Path.Combine(image.Path, "image.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        host.Remove("web01");

        host.Invoke(Methods.NewVM, new NewVM { Name = "web02", Image = Image, Generation = 1, MemoryStartupBytes = 32L << 20, SwitchName = "user" });
        Assert.Equal([("disk0", VMControllerType.Virtio, false), ("disk1", VMControllerType.SCSI, false), ("disk2", VMControllerType.Virtio, true)], host.DisksOf("web02").Select(static disk => (disk.Name, disk.ControllerType, disk.IsIndependent)));
        Assert.Empty(host.DvdsOf("web02"));
        Assert.Equal(files, await Task.WhenAll(host.DisksOf("web02").Select(disk => host.BackingOfAsync(disk.Path))));
        Assert.Equal((VMState.Running, VMState.Stopped), (host.Start("web02").State, host.Stop("web02", turnOff: true).State));
        await WriteAsync(host, "web02", 3);
        Assert.Equal(("123 123 123", "12"), (await ReadAsync(host, "web02"), await host.ReadAsync(files[1])));
        Assert.Equal("VMImageInUse", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = Image }).Id);
        host.Invoke(Methods.NewVM, new NewVM { Name = "bare", Image = Image, Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true });
        Assert.Empty(host.DisksOf("bare"));
        host.Remove("bare");
        Assert.Equal("WarmNeedsOneDisk", host.Refused(Methods.NewVM, new NewVM { Name = "warm", Image = Image, Generation = 1, MemoryStartupBytes = 32L << 20, Warm = true }).Id);

        // As any machine with several disks: an image of it, a copy, an archive, another host.
        host.Invoke(Methods.NewVMImage, new NewVMImage { Name = "web/2", VMName = "web02", NoSeal = true });
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web02", Name = "disk2", IsIndependent = false });
        host.Copy("web02", "web03");
        await WriteAsync(host, "web03", 4);
        host.Invoke(Methods.ExportVM, new ExportVM { Name = "web03", Path = Path.Combine(host.Files, "web03") });
        host.Remove("web03");
        host.Invoke(Methods.ImportVM, new ImportVM { Path = Path.Combine(host.Files, "web03"), Name = "web04" });
        Assert.Equal(("123 123 123", "1234 1234 1234"), (await ReadAsync(host, "web02"), await ReadAsync(host, "web04")));
        host.Remove("web04");
        Directory.Delete(Path.Combine(host.Files, "web03"), recursive: true);

        var missing = host.Invoke(Methods.CompareVM, new CompareVM { Name = "web02", DestinationHost = "b", IncludeStorage = true });
        Assert.NotEmpty(missing.Problems);
        await host.RunAsync("cp", "-r", image.Path, Path.Combine(pair.SharedFolder(), "image"));
        await pair.B.RunAsync("sh", "-c", $"mkdir -p '{Path.GetDirectoryName(image.Path)}' && cp -r '{pair.SharedFolder()}/image' '{image.Path}'");
        Directory.Delete(pair.SharedFolder(), recursive: true);
        Assert.Equal(VMMoveMode.Cold, HostPair.Move(host, "web02", "b", includeStorage: true).Mode);
        Assert.Equal(files, await Task.WhenAll(pair.B.DisksOf("web02").Select(disk => pair.B.BackingOfAsync(disk.Path))));
        Assert.Equal("123 123 123", await ReadAsync(pair.B, "web02"));

        // What comes live is whole, and needs the image no more.
        pair.B.Start("web02");
        Assert.Equal(VMMoveMode.Live, HostPair.Move(pair.B, "web02", "a", includeStorage: true).Mode);
        host.Stop("web02", turnOff: true);
        Assert.Equal(("123 123 123", ""), (await ReadAsync(host, "web02"), string.Concat(await Task.WhenAll(host.DisksOf("web02").Select(disk => host.BackingOfAsync(disk.Path))))));
        host.Remove("web02");
        Assert.DoesNotContain("disks/", host.Files(), StringComparison.Ordinal);
        host.Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = Image });
        Assert.Equal("123", await host.ReadAsync(Path.Combine(host.Invoke(Methods.GetVMImage, new GetVMImage { Names = ["web/2"] }).Items.Single().Path, "disk1.qcow2")));
    }

    [Fact]
    public async Task What_is_only_read_is_the_image_s_own_file_and_what_is_missing_of_an_image_is_named()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        await host.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", Path.Combine(host.Files, "data.qcow2"), "16M");
        host.Add("web01", new AddVMDrive { Path = Path.Combine(host.Files, "data.qcow2"), IsReadOnly = true });
        host.Add("web01", new AddVMDrive { NewSizeBytes = 16 << 20 });
        var image = host.Invoke(Methods.NewVMImage, new NewVMImage { Name = Image, VMName = "web01", NoSeal = true });
        Assert.Equal([false, true, false], image.Disks.Select(static disk => disk.IsReadOnly));
        foreach (var name in new[] { "web02", "web03" })
        {
            host.Invoke(Methods.NewVM, new NewVM { Name = name, Image = Image, Generation = 1, MemoryStartupBytes = 32L << 20, SwitchName = "user" });
            Assert.Equal((Path.Combine(image.Path, "disk1.qcow2"), true), host.DisksOf(name)[1] is var disk ? (disk.Path, disk.IsReadOnly) : default);
            Assert.Equal(VMState.Running, host.Start(name).State);
        }

        host.Remove("web02");
        Assert.True(File.Exists(Path.Combine(image.Path, "disk1.qcow2")));
        Assert.Equal("VMImageInUse", host.Refused(Methods.RemoveVMImage, new RemoveVMImage { Name = Image }).Id);
        File.Delete(Path.Combine(image.Path, "disk2.qcow2"));
        var before = host.Files();
        Assert.Equal("ImageIncomplete", host.Refused(Methods.NewVM, new NewVM { Name = "web04", Image = Image, Generation = 1, MemoryStartupBytes = 32L << 20 }).Id);
        Assert.Equal(("web01 web03", before), (host.Machines(), host.Files()));
    }

    private static async Task WriteAsync(TestHost host, string machine, int megabyte)
    {
        foreach (var disk in host.DisksOf(machine))
        {
            await host.WriteFileAsync(disk.Path, megabyte);
        }
    }

    private static async Task<string> ReadAsync(TestHost host, string machine) => string.Join(' ', await Task.WhenAll(host.DisksOf(machine).Select(disk => host.ReadAsync(disk.Path))));
}
