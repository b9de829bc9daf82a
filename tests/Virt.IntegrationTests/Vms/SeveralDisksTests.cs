using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Machines with several disks: what holds, copies or archives them has all of them from the same moment, wherever the agent is ended.</summary>
public sealed class SeveralDisksTests
{
    private const string Alone = "disks/web01-disk1.qcow2\ndisks/web01-disk2.qcow2\ndisks/web01.qcow2";

    [Fact]
    public async Task A_checkpoint_holds_all_of_them_running_or_off()
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host);
        host.Start("web01");
        Assert.Equal(("a", true), (host.Checkpoint("web01", "a").Name, host.GetCheckpoints("web01")[0].HasMemory));
        Assert.Equal(["VMHasCheckpoints", "VMHasCheckpoints"], new[] { RemoveError(host), AloneError(host) });
        await StopAndWriteAsync(host, 2);
        Assert.Equal("12 12 12", await ReadAsync(host));
        Assert.Equal(VMState.Running, host.Restore("web01", "a").State);
        await StopAndWriteAsync(host, 3);
        host.Checkpoint("web01", "b");
        await StopAndWriteAsync(host, 4);
        Assert.Equal("134 134 134", await ReadAsync(host));

        // Another way from the first, and the second one again.
        host.Restore("web01", "a");
        await StopAndWriteAsync(host, 5);
        host.Checkpoint("web01", "c");
        host.Restore("web01", "b");
        Assert.Equal("13 13 13", await ReadAsync(host));

        // Off and running, the middle one first.
        host.RemoveCheckpoint("web01", "a");
        host.Restore("web01", "c");
        Assert.Equal("15 15 15", await ReadAsync(host));
        host.Start("web01");
        host.RemoveCheckpoint("web01", "b");
        host.RemoveCheckpoint("web01", "c");
        Assert.Equal((VMState.Running, Alone), (host.Get("web01").State, host.Files()));
        host.Stop("web01", turnOff: true);
        await CheckAsync(host, "15 15 15");

        // Free of checkpoints its disks come and go again.
        Assert.Equal("disk2", host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk2", DeleteDisk = true }).Name);

        static string RemoveError(TestHost host) => host.Refused(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk1" }).Id;
        static string AloneError(TestHost host) => host.Refused(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk1", IsIndependent = true }).Id;
    }

    [Fact]
    public async Task While_a_checkpoint_is_made_there_is_none_afterwards()
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host);
        host.Start("web01");
        foreach (var point in CheckpointFaults.Create)
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "x" }));
            Assert.Equal((point, "", VMState.Running, Alone), (point, host.CheckpointNames("web01"), host.Get("web01").State, host.Files()));
        }

        host.Stop("web01", turnOff: true);
        await CheckAsync(host, "1 1 1");
    }

    [Fact]
    public async Task While_one_is_restored_that_is_finished()
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host);
        host.Start("web01");
        host.Checkpoint("web01", "before");
        var files = host.Files().Split('\n').Length;
        foreach (var point in CheckpointFaults.Restore)
        {
            await StopAndWriteAsync(host, 2);
            host.Start("web01");
            await host.KillAtAsync(point, static client => client.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "before" }));
            await Poll.UntilAsync(() => host.Get("web01").State == VMState.Running, $"the guest after {point}");
            Assert.Equal((point, "before", files), (point, host.CheckpointNames("web01"), host.Files().Split('\n').Length));
            host.Stop("web01", turnOff: true);
            Assert.Equal((point, "1 1 1"), (point, await ReadAsync(host)));
        }

        host.RemoveCheckpoint("web01", "before");
        Assert.Equal(Alone, host.Files());
        await CheckAsync(host, "1 1 1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_one_is_removed_that_is_finished_with_whichever_disk_it_was(bool isRunning)
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host);
        var points = CheckpointFaults.Remove.Where(point => isRunning || point is CheckpointFaults.FilesGone or CheckpointFaults.Merging or CheckpointFaults.Unlinked);
        foreach (var point in points.SelectMany(static point => point is CheckpointFaults.FilesGone or CheckpointFaults.Hidden ? new[] { point } : [point, point + "*2", point + "*3"]))
        {
            host.Checkpoint("web01", "x");
            await StopAndWriteAsync(host, 2);
            if (isRunning)
            {
                host.Start("web01");
            }

            await host.KillAtAsync(point, static client => client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "x" }));
            await Poll.UntilAsync(() => host.Files() == Alone, $"the end of the merge after {point}");
            Assert.Equal((point, "", isRunning), (point, host.CheckpointNames("web01"), host.Get("web01").State == VMState.Running));
            await StopAndWriteAsync(host, 2);
            Assert.Equal((point, "12 12 12"), (point, await ReadAsync(host)));
        }

        await CheckAsync(host, "12 12 12");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copies_have_all_of_them_and_go_their_own_ways(bool isFull)
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host, VMControllerType.NVMe);
        host.Start("web01");
        Assert.Equal("DeviceNotSaveable", host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", IncludeMemory = true }).Id);
        Assert.Equal("DeviceNotSaveable", host.Refused(Methods.SaveVM, new SaveVM { Name = "web01" }).Id);
        var copies = host.Copy("web01", count: 2, isFull: isFull);
        Assert.All(copies, copy => Assert.Equal([("disk0", VMControllerType.Virtio), ("disk1", VMControllerType.SCSI), ("disk2", VMControllerType.NVMe)], host.DisksOf(copy.Name).Select(static disk => (disk.Name, disk.ControllerType))));
        Assert.Equal(9, copies.Select(static copy => copy.Name).Append("web01").SelectMany(host.DisksOf).Select(static disk => disk.Path).Distinct().Count());
        await StopAndWriteAsync(host, 2);
        await WriteAsync(host, "web01-1", 3);
        Assert.Equal(("12 12 12", "13 13 13", "1 1 1"), (await ReadAsync(host), await ReadAsync(host, "web01-1"), await ReadAsync(host, "web01-2")));
        Assert.Equal(VMState.Running, host.Start("web01-1").State);

        // The disks of one stay, those of the other go, and the original has its own alone again.
        host.Remove("web01-2");
        var kept = host.DisksOf("web01-1").Select(static disk => disk.Path).ToList();
        host.Remove("web01-1", deleteDisk: false);
        Assert.Equal(["13", "13", "13"], await Task.WhenAll(kept.Select(path => host.ReadAsync(path))));
        kept.ForEach(File.Delete);
        Assert.Equal(Alone, host.Files());
        await CheckAsync(host, "12 12 12");
    }

    [Fact]
    public async Task While_copies_are_made_and_archives_written_there_are_none_afterwards()
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host);
        host.Start("web01");
        foreach (var point in new[] { CopyFaults.Reserved, CopyFaults.Based, CopyFaults.Filled })
        {
            await host.KillAtAsync(point, static client => client.Invoke(Methods.CopyVM, new CopyVM { Name = "web01" }));
            Assert.Equal((point, "web01", Alone), (point, host.Machines(), host.Files()));
        }

        var path = Path.Combine(host.Files, "web01");
        foreach (var point in new[] { VmArchiveFaults.ExportBased, VmArchiveFaults.ExportFlattened, VmArchiveFaults.ExportFlattened + "*2" })
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = path }));
            Assert.Equal((point, Alone), (point, Checkpoints.Files(host)));
            Assert.Empty(Directory.EnumerateFileSystemEntries(host.Files));
        }

        host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = path });
        foreach (var point in new[] { VmArchiveFaults.ImportCopied, VmArchiveFaults.ImportCopied + "*3" })
        {
            await host.KillAtAsync(point, client => client.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = "web02" }));
            Assert.Equal((point, "web01", Alone), (point, host.Machines(), Checkpoints.Files(host)));
        }

        Directory.Delete(path, recursive: true);
        host.Stop("web01", turnOff: true);
        await CheckAsync(host, "1 1 1");
    }

    [Fact]
    public async Task An_archive_has_all_of_them()
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host, VMControllerType.NVMe);
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk1", MaximumIOPS = 500 });
        host.Checkpoint("web01", "a");
        await WriteAsync(host, "web01", 2);
        foreach (var (name, contents) in new[] { ("now", "12 12 12"), ("then", "1 1 1") })
        {
            var path = Path.Combine(host.Files, name);
            if (name == "now")
            {
                host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = path });
            }
            else
            {
                host.Invoke(Methods.ExportVMCheckpoint, new ExportVMCheckpoint { VMName = "web01", Name = "a", Path = path });
            }

            Assert.Equal("SHA256SUMS disk.qcow2 disk1.qcow2 disk2.qcow2 virt-vm.json", string.Join(' ', Directory.EnumerateFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
            host.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = name });
            Assert.Equal([("disk0", VMControllerType.Virtio, 0L), ("disk1", VMControllerType.SCSI, 500L), ("disk2", VMControllerType.NVMe, 0L)], host.DisksOf(name).Select(static disk => (disk.Name, disk.ControllerType, disk.MaximumIOPS)));
            Assert.Equal(contents, await ReadAsync(host, name));
            Assert.Equal(VMState.Running, host.Start(name).State);
            host.Remove(name);
            Directory.Delete(path, recursive: true);
        }

        host.RemoveCheckpoint("web01", "a");
        await CheckAsync(host, "12 12 12");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Their_storage_goes_to_another_folder_one_after_the_other(bool isRunning)
    {
        await using var host = await TestHost.StartAsync();
        await MakeAsync(host);
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk2", IsIndependent = true });
        var home = Path.GetDirectoryName(host.Get("web01").DiskPath)!;
        if (isRunning)
        {
            host.Start("web01");
        }

        // Ended with the second: that one has gone, or has not.
        foreach (var (point, moved) in isRunning ? new[] { (VmStorageFaults.Copied, 1), (VmStorageFaults.Switched, 2), (VmStorageFaults.Unlinked, 2) } : [(VmStorageFaults.Copied, 1), (VmStorageFaults.Written, 2)])
        {
            await host.KillAtAsync(point + "*2", client => client.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = host.Files }));
            Assert.Equal((point, moved), (point, host.DisksOf("web01").Count(disk => Path.GetDirectoryName(disk.Path) == host.Files)));
            Assert.Equal((point, 6, isRunning), (point, Directory.GetFiles(home).Concat(Directory.GetFiles(host.Files)).Count(), host.Get("web01").State == VMState.Running));
            host.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = host.Files });
            Assert.Equal((point, 0, 6), (point, Directory.GetFiles(home).Length, Directory.GetFiles(host.Files).Length));
            host.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = home });
        }

        if (isRunning)
        {
            // A checkpoint of what has moved, and a drive that goes, find the new files.
            host.Checkpoint("web01", "x", includeMemory: false);
            host.RemoveCheckpoint("web01", "x");
            host.Stop("web01", turnOff: true);
        }

        await CheckAsync(host, "1 1 1");
        Assert.Equal(Alone, host.Files());
    }

    [Fact]
    public async Task A_guest_finds_them_as_they_were()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Add("web01", new AddVMDrive { NewSizeBytes = 8 << 20 });
        host.Boot("web01");
        await host.SeesAsync("web01", "sda", 8 << 20);
        host.Run("web01", "/sbin/mke2fs -q -t ext4 /dev/sda && mkdir -p /mnt/a && mount /dev/sda /mnt/a && echo old | tee /mnt/a/f > /data/f && sync");
        host.Checkpoint("web01", "a");
        host.Checkpoint("web01", "b", VMCheckpointType.ProductionOnly);
        host.Run("web01", "echo new | tee /mnt/a/f > /data/f; sync");
        host.Restore("web01", "a");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal("old old", host.Run("web01", "echo 3 > /proc/sys/vm/drop_caches; echo $(cat /mnt/a/f) $(cat /data/f)"));

        // Removed while it writes to both.
        host.Run("web01", "(while :; do date +%N | tee /mnt/a/g > /data/g; sync; done) > /dev/null 2>&1 &");
        host.RemoveCheckpoint("web01", "a");
        host.RemoveCheckpoint("web01", "b");
        Assert.Equal("disks/web01-disk1.qcow2\ndisks/web01.qcow2", host.Files());
        Assert.Equal("old old", host.Run("web01", "echo 3 > /proc/sys/vm/drop_caches; echo $(cat /mnt/a/f) $(cat /data/f)"));
        host.Stop("web01");
        Assert.All(host.DisksOf("web01"), disk => Assert.True(File.Exists(disk.Path)));
        foreach (var disk in host.DisksOf("web01"))
        {
            await host.CheckDiskAsync(disk.Path);
        }

        // One that has moved while the guest used it goes as any other.
        host.Boot("web01");
        await host.SeesAsync("web01", "sda", 8 << 20);
        host.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = host.Files });
        var moved = host.DisksOf("web01")[1].Path;
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk1" });
        host.Add("web01", new AddVMDrive { Path = moved });
        await host.SeesAsync("web01", "sda", 8 << 20);
        Assert.Equal("old", host.Run("web01", "mkdir -p /mnt/a; mount /dev/sda /mnt/a && cat /mnt/a/f"));
    }

    // Three disks, and a one in each of them.
    private static async Task MakeAsync(TestHost host, VMControllerType second = VMControllerType.Virtio)
    {
        host.NewDisk("web01");
        host.Add("web01", new AddVMDrive { NewSizeBytes = 32 << 20 });
        host.Add("web01", new AddVMDrive { NewSizeBytes = 32 << 20, ControllerType = second });
        await WriteAsync(host, "web01", 1);
    }

    private static async Task StopAndWriteAsync(TestHost host, int megabyte)
    {
        if (host.Get("web01").State == VMState.Running)
        {
            host.Stop("web01", turnOff: true);
        }

        await WriteAsync(host, "web01", megabyte);
    }

    private static async Task WriteAsync(TestHost host, string machine, int megabyte)
    {
        foreach (var disk in host.DisksOf(machine))
        {
            await host.WriteFileAsync(disk.Path, megabyte);
        }
    }

    private static async Task<string> ReadAsync(TestHost host, string machine = "web01")
    {
        var found = await Task.WhenAll(host.DisksOf(machine).Select(disk => host.ReadAsync(disk.Path)));
        return string.Join(' ', found);
    }

    private static async Task CheckAsync(TestHost host, string contents)
    {
        Assert.Equal(contents, await ReadAsync(host));
        foreach (var disk in host.DisksOf("web01"))
        {
            await host.CheckDiskAsync(disk.Path);
        }
    }
}
