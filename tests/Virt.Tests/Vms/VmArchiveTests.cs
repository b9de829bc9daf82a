using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Virt.Agent.Networks;
using Virt.Agent.Storage;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Archives;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class VmArchiveTests : IDisposable
{
    // A new setting is either taken along, or one that only its host can give: say which, here and in VmArchive.Portable.
    private static readonly string[] TakenAlong = ["AdapterModel", "Adapters", "After", "Architecture", "AssetTag", "BackingPageSize", "BootOrder", "CheckpointPlan", "CheckpointType", "CoresPerSocket", "CpuModel", "Drives", "Generation", "HasAgent", "HasScsiController", "HasTpm", "HasUsbTablet", "Health", "HotplugPorts", "Image", "MacAddress", "Manufacturer", "MaximumMemoryBytes", "MemoryBytes", "Network", "Notes", "ProcessorCount", "Product", "RenewsIdentity", "SecureBoot", "Seed", "SerialNumber", "StartAction", "StartDelay", "StartsKernel", "StopAction", "SystemId", "ThreadsPerCore", "VideoAdapter", "WatchdogAction"];
    private static readonly string[] LeftBehind = ["AdapterStep", "AddedMemory", "Attachment", "Checkpoint", "Disk", "Epoch", "Exports", "FirmwarePath", "Move", "Pending", "StorageMove"];

    private readonly string folder = Directory.CreateTempSubdirectory("vm-archive").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Every_setting_is_taken_along_or_the_host_s_alone() =>
        Assert.Equal(TakenAlong.Concat(LeftBehind).Order(StringComparer.Ordinal), typeof(VmSpec).GetProperties().Select(static p => p.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void What_only_its_host_can_give_stays_behind()
    {
        var spec = VmArchive.Portable(Spec(), "lan2");
        Assert.True(spec is { Attachment: null, Checkpoint: null, Disk: null, Epoch: 0, Exports.Count: 0, Move: null });
        Assert.Equal(("lan2", "starter", "52:54:00:01:02:03", "mine"), (spec.Network, spec.Image, spec.MacAddress, spec.Notes));
        Assert.Equal(5, VmArchive.Portable(Spec() with { Pending = new VmPending { ProcessorCount = 5 } }, "lan").ProcessorCount);
    }

    [Fact]
    public void Its_DVD_drives_come_along_empty_and_under_names_of_this_host()
    {
        var disk = new VmDisk { Path = "/d/a", Format = "raw", SizeBytes = 1, IsNew = true };
        var dvd = new VmDrive { Id = Guid.NewGuid(), Name = "dvd0,bus=x", Type = VMDriveType.Dvd, Controller = VMControllerType.SCSI, Place = 9, Media = disk, IsReadOnly = true };
        var spec = VmArchive.Portable(Spec() with { Drives = [new VmDrive { Id = dvd.Id, Name = "disk1", Type = VMDriveType.HardDisk, Controller = VMControllerType.SCSI, Place = 0, Media = disk }, dvd], HotplugPorts = 1000 }, "lan");
        var drive = Assert.Single(spec.Drives);
        Assert.Equal(("dvd0", VMControllerType.SCSI, 0, null), (drive.Name, drive.Controller, drive.Place, drive.Media));
        Assert.NotEqual(dvd.Id, drive.Id);
        Assert.Equal(VmDriveRules.MostHotplugPorts, spec.HotplugPorts);
        Assert.Empty(VmArchive.Portable(Spec() with { Drives = null! }, "lan").Drives);
    }

    [Fact]
    public void Its_adapters_come_along_under_names_of_this_host_and_nothing_of_them_is_taken_on_trust()
    {
        var adapter = new VmAdapter { Id = Guid.NewGuid(), Name = "nic7,x=y", Model = (VMNetworkAdapterModel)99, Network = "lan2", MacAddress = "52:54:00:01:02:03,romfile=/x", Attachment = new NetworkAttachment(), Place = 3 };
        var spec = VmArchive.Portable(Spec() with { Adapters = [adapter], MacAddress = "x,y=z" }, "lan");
        var taken = Assert.Single(spec.Adapters);
        Assert.Equal(("nic1", VMNetworkAdapterModel.Virtio, "lan2", null, null), (taken.Name, taken.Model, taken.Network, taken.Attachment, taken.Place));
        Assert.True(AdapterDevice.IsMacAddress(taken.MacAddress));
        Assert.Null(spec.MacAddress);
        Assert.Empty(VmArchive.Portable(Spec() with { Adapters = null! }, "lan").Adapters);
    }

    [Fact]
    public void What_memory_came_while_it_ran_is_part_of_what_it_is_started_with()
    {
        var spec = VmArchive.Portable(Spec() with { AddedMemory = [new VmDimm { Name = "dimm1,x=y", SizeBytes = 128L << 20 }, null!], MaximumMemoryBytes = 1L << 60, BackingPageSize = (VMBackingPageSize)9 }, "lan");
        Assert.Equal((Spec().MemoryBytes + (128L << 20), 0, 0L, VMBackingPageSize.Small), (spec.MemoryBytes, spec.AddedMemory.Count, spec.MaximumMemoryBytes, spec.BackingPageSize));
        Assert.Empty(VmArchive.Portable(Spec() with { AddedMemory = null! }, "lan").AddedMemory);
    }

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var archive = Archive();
        var read = VmArchive.Read(archive.Write(), "/a");
        Assert.Equal(Encoding.UTF8.GetString(archive.Write()), Encoding.UTF8.GetString(read.Write()));
        Assert.Equal((archive.Id, archive.Name, "8080:80"), (read.Id, read.Name, read.Publish.Single()));
    }

    [Theory]
    [InlineData("{}", "VMArchiveDamaged", ErrorCode.DataLoss)]
    [InlineData("x", "VMArchiveDamaged", ErrorCode.DataLoss)]
    [InlineData("{\"formatVersion\":1,\"name\":\"a\"}", "VMArchiveDamaged", ErrorCode.DataLoss)]
    [InlineData("{\"formatVersion\":4}", "VMArchiveTooNew", ErrorCode.NotSupported)]
    public void What_cannot_be_read_is_refused(string text, string id, ErrorCode code)
    {
        var error = Assert.Throws<VirtException>(() => VmArchive.Read(Encoding.UTF8.GetBytes(text), "/a"));
        Assert.Equal((id, code), (error.Id, error.Code));
    }

    [Fact]
    public async Task A_wrong_byte_in_any_file_is_found()
    {
        await FillAsync();
        Assert.Equal("a", VmArchiveFiles.ReadManifest(folder, VmArchiveFiles.ReadSums(folder)).Name);
        await CopyAsync();
        foreach (var name in new[] { VmArchiveFiles.Manifest, VmArchiveFiles.Disk, VmArchiveFiles.Sums })
        {
            var path = Path.Combine(folder, name);
            var right = File.ReadAllBytes(path);
            var wrong = right.ToArray();
            wrong[wrong.Length / 2] ^= 1;
            File.WriteAllBytes(path, wrong);
            Assert.Equal((name, ErrorCode.DataLoss), (name, (await Assert.ThrowsAsync<VirtException>(ReadAllAsync)).Code));
            File.WriteAllBytes(path, right);
        }

        await ReadAllAsync();
        File.Delete(Path.Combine(folder, VmArchiveFiles.Disk));
        Assert.Equal("VMArchiveDamaged", (await Assert.ThrowsAsync<VirtException>(CopyAsync)).Id);
        File.Delete(Path.Combine(folder, VmArchiveFiles.Sums));
        Assert.Equal("NotAVMArchive", Assert.Throws<VirtException>(() => VmArchiveFiles.ReadSums(folder)).Id);

        async Task ReadAllAsync()
        {
            VmArchiveFiles.ReadManifest(folder, VmArchiveFiles.ReadSums(folder));
            await CopyAsync();
        }
    }

    [Fact]
    public async Task A_copy_has_the_same_bytes_and_no_room_for_zeros()
    {
        await FillAsync();
        await CopyAsync();
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, VmArchiveFiles.Disk)), File.ReadAllBytes(Path.Combine(folder, "copy")));
    }

    [Fact]
    public void An_image_that_names_another_file_is_not_whole()
    {
        var path = Path.Combine(folder, "image");
        var image = new byte[112];
        new byte[] { 0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3 }.CopyTo(image, 0);
        image[30] = 2;
        Assert.True(IsWhole());
        Assert.False(Change(15, 200), "it has a backing file");
        Assert.False(Change(79, 4), "its data is in a file of its own");
        Assert.True(Change(79, 1), "it was not closed");
        Assert.False(Change(30, 4), "it has another size");
        Assert.False(Change(0, 0), "it is none");

        bool Change(int at, byte value)
        {
            var was = image[at];
            image[at] = value;
            var whole = IsWhole();
            image[at] = was;
            return whole;
        }

        bool IsWhole()
        {
            File.WriteAllBytes(path, image);
            return Qcow2Header.IsWhole(path, 512);
        }
    }

    [Fact]
    public void The_agent_is_killed_at_each_of_its_fault_points_in_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Vms", "ArchiveFaultTests.cs"));
        Assert.All(["VmArchiveFaults.Export", "VmArchiveFaults.Import"], list => Assert.Contains(list, tests, StringComparison.Ordinal));
    }

    private async Task FillAsync()
    {
        VmArchiveFiles.Write(folder, VmArchiveFiles.Manifest, Archive().Write());
        var disk = new byte[(3 << 20) + 5];
        disk[^1] = disk[7] = 9;
        VmArchiveFiles.Write(folder, VmArchiveFiles.Disk, disk);
        await VmArchiveFiles.WriteSumsAsync(folder, [VmArchiveFiles.Manifest, VmArchiveFiles.Disk], static (_, _) => { }, TestContext.Current.CancellationToken);
    }

    private async Task CopyAsync()
    {
        File.Delete(Path.Combine(folder, "copy"));
        await VmArchiveFiles.CopyAsync(folder, VmArchiveFiles.Disk, VmArchiveFiles.ReadSums(folder), Path.Combine(folder, "copy"), static (_, _) => { }, TestContext.Current.CancellationToken);
    }

    private static VmArchive Archive() => new()
    {
        Name = "a",
        Id = Guid.NewGuid(),
        Architecture = "x64",
        Spec = VmArchive.Portable(Spec(), "lan"),
        Publish = ["8080:80"],
        DiskSizeBytes = 5,
    };

    private static VmSpec Spec() => new()
    {
        MemoryBytes = 64 << 20,
        ProcessorCount = 3,
        Generation = 1,
        Image = "starter",
        Disk = new VmDisk { Path = "/d", Format = "qcow2", SizeBytes = 1, IsNew = true },
        Network = "lan",
        MacAddress = "52:54:00:01:02:03",
        Attachment = new NetworkAttachment { Addresses = ["10.1.0.2"] },
        Notes = "mine",
        Epoch = 4,
        Checkpoint = Guid.NewGuid(),
        Exports = [new VmExport("/p", ["/d"])],
    };
}
