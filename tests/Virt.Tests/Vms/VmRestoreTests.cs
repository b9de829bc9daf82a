using System;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using Virt.Agent.Networks;
using Virt.Agent.Vms;
using Virt.Agent.Vms.Seeds;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class VmRestoreTests
{
    // A new setting comes back with a checkpoint, or stays as it is now: say which, here and in VmRestore.Of.
    private static readonly string[] Stays = ["AdapterStep", "Checkpoint", "CheckpointPlan", "CheckpointType", "Epoch", "Exports", "Move", "StorageMove"];
    private static readonly string[] OfItsOwnKind = ["Attachment", "Disk", "Drives", "HasScsiController", "Network", "MacAddress"];

    private static readonly Guid Nic = Guid.NewGuid();
    private static readonly Guid Lan = Guid.NewGuid();

    [Fact]
    public void Every_setting_comes_back_or_stays()
    {
        var (was, now) = (Was(), Now());
        var restored = VmRestore.Of(now, Moment(was), static _ => true);
        foreach (var property in typeof(VmSpec).GetProperties().Where(static property => !OfItsOwnKind.Contains(property.Name)))
        {
            Assert.NotEqual((property.Name, Text(property, was)), (property.Name, Text(property, now)));
            Assert.Equal((property.Name, Text(property, Stays.Contains(property.Name) ? now : was)), (property.Name, Text(property, restored)));
        }

        // It may be finished twice.
        Assert.Equal(JsonSerializer.Serialize(restored), JsonSerializer.Serialize(VmRestore.Of(restored, Moment(was), static _ => true)));
    }

    [Fact]
    public void What_waits_for_its_next_start_is_not_there_before_the_memory_is()
    {
        Assert.Null(VmRestore.Of(Now(), Moment(Was()) with { HasMemory = true }, static _ => true).Pending);
        Assert.NotNull(VmRestore.Of(Now(), Moment(Was()), static _ => true).Pending);
    }

    [Fact]
    public void The_first_disk_has_its_file_of_now_and_its_limits_of_then()
    {
        var was = Was() with { Disk = Disk("/then") with { MaximumIops = 5, MaximumBytesPerSecond = 6 } };
        var restored = VmRestore.Of(Now() with { Disk = Disk("/now") with { MaximumIops = 9 } }, Moment(was), static _ => true).Disk!;
        Assert.Equal(("/now", 5L, 6L), (restored.Path, restored.MaximumIops, restored.MaximumBytesPerSecond));
    }

    [Fact]
    public void A_DVD_comes_back_where_its_image_is_there_and_its_drive_in_any_case()
    {
        var was = Was() with { Drives = [Dvd("dvd0", 0, "/a.iso"), Dvd("dvd1", 1, "/gone.iso")] };
        var moment = Moment(was);
        var restored = VmRestore.Of(Now() with { Drives = [was.Drives[0] with { Media = Disk("/b.iso") }, Dvd("dvd2", 2, "/c.iso")] }, moment, static path => path != "/gone.iso");
        Assert.Equal([("dvd0", "/a.iso"), ("dvd1", null)], restored.Drives.Select(static drive => (drive.Name, drive.Media?.Path)));
        Assert.Equal("Other than at its checkpoint 'c': its drive 'dvd1' is empty, for there is no '/gone.iso' any more.", VmRestore.Missing(restored, moment));
    }

    [Fact]
    public void Its_own_disks_are_those_that_the_checkpoint_holds_and_the_independent_ones_of_now()
    {
        var (held, gone) = (Own("disk1", "/held"), Own("disk2", "/gone") with { IsIndependent = true });
        var was = Was() with { Drives = [held with { Media = held.Media! with { MaximumIops = 7 } }, gone, Dvd("dvd0", 3, "/a.iso"), Dvd("disk3", 4, "/x")] };
        var (port, scsi) = (Own("disk3", "/port") with { IsIndependent = true, Place = 2 }, Own("disk4", "/scsi") with { IsIndependent = true, Controller = VMControllerType.SCSI, Place = 3 });
        var restored = VmRestore.Of(Now() with { Drives = [held with { Media = Disk("/held.1") }, port, scsi] }, Moment(was), static _ => true);

        // What has come since is not lost, and has no port and no place that was another's.
        Assert.Equal([("disk1", "/held.1", null), ("disk3", "/port", null), ("disk4", "/scsi", (int?)3)], restored.Drives.Select(static drive => (drive.Name, drive.Media!.Path, drive.Place)));
        Assert.Equal((7L, true), (restored.Drives[0].Media!.MaximumIops, restored.HasScsiController));
        Assert.Equal("Other than at its checkpoint 'c': it has no drive 'disk2', which held '/gone'; it has no drive 'dvd0', which held '/a.iso'; it has no drive 'disk3', which held '/x'.", VmRestore.Missing(restored, Moment(was)));
    }

    [Fact]
    public void Adapters_have_the_places_that_were_taken_for_them()
    {
        var was = Was() with { Network = "lan", MacAddress = "52:54:00:00:00:01", Attachment = Place("10.1.0.2"), Adapters = [Adapter("nic1", Nic) with { Attachment = Place("10.1.0.3") }, Adapter("nic2", Guid.NewGuid())] };
        var moment = Moment(was) with
        {
            Places = [new VmCheckpointPlace(Guid.Empty, "lan2", Place("10.1.0.2") with { MacAddress = "52:54:00:00:00:01" }), new VmCheckpointPlace(Nic, "lan3", Place("10.1.0.9") with { MacAddress = "52:54:00:00:00:09" })],
        };
        var restored = VmRestore.Of(Now(), moment, static _ => true);
        Assert.Equal(("lan2", "52:54:00:00:00:01", "10.1.0.2"), (restored.Network, restored.MacAddress, restored.Attachment!.Addresses[0]));
        Assert.Equal([("nic1", "lan3", "52:54:00:00:00:09", "10.1.0.9"), ("nic2", "lan", "52:54:00:00:00:02", null)], restored.Adapters.Select(static adapter => (adapter.Name, adapter.Network, adapter.MacAddress, adapter.Attachment?.Addresses[0])));
        Assert.Equal("Other than at its checkpoint 'c': its adapter 'nic1' has the address 10.1.0.9, for 10.1.0.3 is not free.", VmRestore.Missing(restored, moment));
    }

    private static string Text(PropertyInfo property, VmSpec spec) => JsonSerializer.Serialize(property.GetValue(spec));

    private static VmCheckpointSpec Moment(VmSpec was) => new() { VMId = Guid.NewGuid(), Name = "c", Time = default, Machine = was };

    private static VmDisk Disk(string path) => new() { Path = path, Format = "qcow2", SizeBytes = 1, IsNew = true };

    private static VmDrive Own(string name, string path) => new() { Id = Guid.NewGuid(), Name = name, Type = VMDriveType.HardDisk, Controller = VMControllerType.Virtio, Media = Disk(path) };

    private static VmDrive Dvd(string name, int place, string path) => new() { Id = Guid.NewGuid(), Name = name, Type = VMDriveType.Dvd, Controller = VMControllerType.SCSI, Place = place, Media = Disk(path), IsReadOnly = true };

    private static VmAdapter Adapter(string name, Guid id) => new() { Id = id, Name = name, Model = VMNetworkAdapterModel.Virtio, Network = "lan", MacAddress = "52:54:00:00:00:02" };

    private static NetworkAttachment Place(string address) => new() { NetworkId = Lan, Addresses = [address] };

    private static VmSpec Was() => new() { MemoryBytes = 64 << 20, ProcessorCount = 3, Generation = 1, Disk = Disk("/d"), Pending = new VmPending { ProcessorCount = 5 } };

    // In every setting another one.
    private static VmSpec Now() => new()
    {
        MemoryBytes = 32 << 20,
        MaximumMemoryBytes = 1,
        BackingPageSize = VMBackingPageSize.Large,
        AddedMemory = [new VmDimm { Name = "dimm1", SizeBytes = 1 }],
        ProcessorCount = 1,
        Generation = 2,
        Architecture = VMArchitecture.Arm64,
        Image = "starter",
        StartsKernel = true,
        SystemId = Guid.NewGuid(),
        RenewsIdentity = true,
        Disk = Disk("/d"),
        StartAction = VMStartAction.Start,
        StartDelay = TimeSpan.FromSeconds(1),
        After = ["db01"],
        StopAction = VMStopAction.Save,
        CheckpointType = VMCheckpointType.Production,
        CheckpointPlan = new VmCheckpointPlan { Cron = "0 0 * * *", TimeZone = "UTC", ExpiresAfter = default, Considered = default },
        Notes = "new",
        Epoch = 4,
        Move = new VmMove { Id = Guid.NewGuid(), Stage = MoveStage.Owned, Peer = "p", PeerName = "b", Epoch = 4, IsLive = true },
        StorageMove = new VmStorageMove("/o", false),
        Exports = [new VmExport("/p", ["/d"])],
        Checkpoint = Guid.NewGuid(),
        VideoAdapter = VMVideoAdapter.VGA,
        Seed = new VmSeed { HostName = "web01" },
        AdapterModel = VMNetworkAdapterModel.E1000,
        AdapterStep = VmPartStep.Removing,
        Adapters = [Adapter("nic7", Guid.NewGuid())],
        CpuModel = "x86-64-v2",
        CoresPerSocket = 2,
        ThreadsPerCore = 2,
        BootOrder = ["dvd0"],
        SecureBoot = true,
        FirmwarePath = "/rom",
        HasTpm = true,
        Manufacturer = "m",
        Product = "p",
        SerialNumber = "s",
        AssetTag = "a",
        WatchdogAction = VMWatchdogAction.Reset,
        HasUsbTablet = true,
        HasAgent = true,
        Health = new HealthCheck { TcpPort = 80 },
        HotplugPorts = 4,
    };
}
