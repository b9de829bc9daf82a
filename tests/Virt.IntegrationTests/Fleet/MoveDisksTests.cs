using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine with several disks goes from one host to another with all of them, or says which keeps it.</summary>
public sealed class MoveDisksTests
{
    [Fact]
    public async Task All_are_copied_while_the_guest_writes_to_them_and_go_back_when_it_is_off()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDSizeBytes = 256L << 20 });
        pair.A.Add("web01", new AddVMDrive { NewSizeBytes = 64 << 20, MaximumIOPS = 100_000 });
        pair.A.Add("web01", new AddVMDrive { NewSizeBytes = 16 << 20, ControllerType = VMControllerType.Virtio, IsIndependent = true });
        pair.A.Boot("web01");
        await pair.A.SeesAsync("web01", "sda", 64 << 20);
        await pair.A.SeesAsync("web01", "vdb", 16 << 20);
        pair.A.Run("web01", "for d in sda vdb; do /sbin/mke2fs -q -t ext4 /dev/$d; mkdir -p /mnt/$d; mount /dev/$d /mnt/$d; dd if=/dev/urandom of=/mnt/$d/f bs=1M count=8 2>/dev/null; (cd /mnt/$d; md5sum f > s); done; sync");
        pair.A.Run("web01", Guest.Writer);
        pair.A.Run("web01", "(while [ ! -e /data/stop ]; do date +%N | tee /mnt/sda/g > /mnt/vdb/g; sync; done) > /dev/null 2>&1 &");
        var plan = pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b", IncludeStorage = true });
        Assert.Empty(plan.Problems);
        Assert.Equal([(256L << 20, false), (64L << 20, false), (16L << 20, false)], plan.Disks.Select(static disk => (disk.SizeBytes, disk.IsShared)));
        var there = HostPair.Move(pair.A, "web01", "b", includeStorage: true);
        Assert.Equal((VMState.Running, VMMoveMode.Live, ""), (there.State, there.Mode, there.Status));
        Assert.True(there.DiskBytesSent > 16 << 20);
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        Assert.Empty(MoveCut.DisksOf(pair.A));
        CheckGuest(pair.B);
        Assert.Equal([("disk0", false, 0L), ("disk1", false, 100_000L), ("disk2", true, 0L)], pair.B.DisksOf("web01").Select(static disk => (disk.Name, disk.IsIndependent, disk.MaximumIOPS)));
        Assert.Equal(plan.Disks.Select(static disk => disk.DestinationPath), pair.B.DisksOf("web01").Select(static disk => disk.Path));

        // There they are disks as any others.
        pair.B.Checkpoint("web01", "x", includeMemory: false);
        pair.B.RemoveCheckpoint("web01", "x");
        pair.B.Stop("web01");
        foreach (var disk in pair.B.DisksOf("web01"))
        {
            await pair.B.CheckDiskAsync(disk.Path);
        }

        Assert.Equal(VMMoveMode.Cold, HostPair.Move(pair.B, "web01", "a", includeStorage: true).Mode);
        Assert.Equal([("a", VMState.Stopped)], pair.Where("web01"));
        Assert.Empty(MoveCut.DisksOf(pair.B));
        pair.A.Boot("web01");
        await pair.A.SeesAsync("web01", "sda", 64 << 20);
        await pair.A.SeesAsync("web01", "vdb", 16 << 20);
        pair.A.Run("web01", "for d in sda vdb; do mkdir -p /mnt/$d; mount /dev/$d /mnt/$d; cd /mnt/$d; md5sum -c s > /dev/null || exit 1; cd /; done");

        static void CheckGuest(TestHost host)
        {
            host.CheckWritten("web01");
            host.Run("web01", "echo 3 > /proc/sys/vm/drop_caches; for d in sda vdb; do cd /mnt/$d; md5sum -c s > /dev/null || exit 1; done; cd /; umount /mnt/sda /mnt/vdb");
        }
    }

    [Fact]
    public async Task Those_that_both_reach_stay_and_one_that_is_not_reached_is_named()
    {
        await using var pair = await HostPair.StartAsync();
        var folder = pair.SharedFolder();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, NewVHDPath = Path.Combine(folder, "web01.qcow2"), SwitchName = "user" });
        var second = pair.A.Add("web01", new AddVMDrive { NewSizeBytes = 8 << 20, Path = Path.Combine(folder, "data.qcow2") });
        pair.A.Start("web01");
        Assert.Equal(0, HostPair.Move(pair.A, "web01", "b").DiskBytesSent);
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        Assert.Equal("DiskLeased", pair.A.Refused(Methods.NewVM, new NewVM { Name = "thief", VHDPath = second.Path }).Id);
        Assert.Equal(0, HostPair.Move(pair.B, "web01", "a").DiskBytesSent);

        // One that is this host's alone keeps it, unless all of them are copied; and so does one that QEMU cannot send.
        var third = pair.A.Add("web01", new AddVMDrive { NewSizeBytes = 8 << 20 });
        var problem = Assert.Single(pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b" }).Problems);
        Assert.Equal(("DiskNotReachable", third.Path), (problem.Id, problem.Target));
        HostPair.Move(pair.A, "web01", "b", includeStorage: true);
        Assert.All(pair.B.DisksOf("web01"), disk => Assert.StartsWith(pair.B.StateFolder, disk.Path, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(folder));
        pair.B.Stop("web01", turnOff: true);
        pair.B.Add("web01", new AddVMDrive { NewSizeBytes = 8 << 20, ControllerType = VMControllerType.NVMe });
        pair.B.Start("web01");
        var kept = Assert.Single(pair.B.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "a", IncludeStorage = true }).Problems);
        Assert.Equal(("PartStays", "disk3", "Stop-VM -Name web01"), (kept.Id, kept.Target, kept.FixCommand));
        pair.B.Stop("web01", turnOff: true);
        HostPair.Move(pair.B, "web01", "a", includeStorage: true);
        Assert.Equal(4, pair.A.DisksOf("web01").Length);
        Assert.Equal(VMState.Running, pair.A.Start("web01").State);
    }
}
