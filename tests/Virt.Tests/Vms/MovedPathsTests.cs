using System;
using System.Linq;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>Where the files of a machine stand that comes from another host.</summary>
public sealed class MovedPathsTests
{
    private static readonly Guid Data = Guid.Parse("11111111-2222-3333-4444-555555555555");

    private static readonly CheckMove Machine = new()
    {
        Disks = [new MoveDisk { Path = "/a/web.2.qcow2" }, new MoveDisk { Drive = Data, Path = "/a/data.2.qcow2" }],
        Files =
        [
            new MoveFile { Path = "/a/web.qcow2", LengthBytes = 1 }, new MoveFile { Path = "/a/web.1.qcow2", LengthBytes = 2, BelowPath = "/a/web.qcow2" },
            new MoveFile { Drive = Data, Path = "/a/data.raw", LengthBytes = 4 }, new MoveFile { Kind = MoveFileKind.Memory, Path = "/state/memory", LengthBytes = 8 },
        ],
    };

    private static readonly string[] Targets = ["/b/web.2.qcow2", "/c/data.2.qcow2"];

    private static readonly VmDisk Disk = new()
    {
        Path = "/a/web.2.qcow2",
        Format = "qcow2",
        SizeBytes = 1,
        IsNew = true,
        Backing = [new VmDiskLayer("/a/web.1.qcow2", "qcow2", IsOwn: true), new VmDiskLayer("/a/web.qcow2", "qcow2", IsOwn: true), new VmDiskLayer("/images/debian.qcow2", "qcow2")],
    };

    [Fact]
    public void A_layer_goes_beside_its_disk_under_its_own_name_or_the_next_free_one()
    {
        var free = new MovedPaths(Machine, Targets, static _ => false);
        Assert.Equal(("/b/web.2.qcow2", "/b/web.qcow2", "/b/web.1.qcow2", "/c/data.raw"), (free.Of("/a/web.2.qcow2"), free.Of("/a/web.qcow2"), free.Of("/a/web.1.qcow2"), free.Of("/a/data.raw")));
        var taken = new MovedPaths(Machine, ["/b/web.qcow2", "/b/data.qcow2"], static path => path is "/b/web-2.qcow2" or "/b/data.raw");
        Assert.Equal(("/b/web-3.qcow2", "/b/web.1.qcow2", "/b/data-2.raw"), (taken.Of("/a/web.qcow2"), taken.Of("/a/web.1.qcow2"), taken.Of("/a/data.raw")));
    }

    [Fact]
    public void A_disk_stands_on_its_layers_here_and_on_the_image_that_both_hosts_have()
    {
        var disk = new MovedPaths(Machine, Targets, static _ => false).Of(Disk);
        Assert.Equal(("/b/web.2.qcow2", "/b/web.qcow2"), (disk.Path, disk.HomePath));
        Assert.Equal(["/b/web.1.qcow2", "/b/web.qcow2", "/images/debian.qcow2"], disk.Backing.Select(static layer => layer.Path));
    }

    [Fact]
    public void A_checkpoint_keeps_its_layers_here_and_a_DVD_stays_what_it_was()
    {
        var dvd = new VmDrive { Id = Guid.NewGuid(), Name = "dvd0", Type = VMDriveType.Dvd, Controller = VMControllerType.SCSI, Media = new VmDisk { Path = "/iso", Format = "raw", SizeBytes = 1, IsNew = false } };
        var spec = new VmCheckpointSpec
        {
            VMId = Data,
            Name = "one",
            Time = DateTimeOffset.UnixEpoch,
            Machine = new VmSpec { MemoryBytes = 1, ProcessorCount = 1, Generation = 1, Disk = Disk, Drives = [dvd] },
            Disks = [new VmCheckpointDisk { Layer = new VmDiskLayer("/a/web.1.qcow2", "qcow2", IsOwn: true), Below = [new VmDiskLayer("/images/debian.qcow2", "qcow2")] }],
        };
        var there = new MovedPaths(Machine, Targets, static _ => false).Of(spec);
        Assert.Equal(("/b/web.1.qcow2", "/images/debian.qcow2", "/b/web.2.qcow2", "/iso"), (there.Disks[0].Layer.Path, there.Disks[0].Below[0].Path, there.Machine.Disk!.Path, there.Machine.Drives[0].Media!.Path));
    }

    [Fact]
    public void What_both_hosts_reach_stays_where_it_is_and_only_the_rest_is_sent()
    {
        var shared = new MovedPaths(Machine, [], static _ => throw new InvalidOperationException());
        Assert.Equal(Disk.Backing, shared.Of(Disk).Backing);
        Assert.Equal(["/state/memory"], MoveFiles.Sent(Machine, areDisksShared: true).Select(static file => file.Path));
        Assert.Equal(4, MoveFiles.Sent(Machine, areDisksShared: false).Count);
        Assert.Equal((7, 8), (MoveFiles.LayerBytes(Machine), MoveFiles.OtherBytes(Machine)));
    }
}
