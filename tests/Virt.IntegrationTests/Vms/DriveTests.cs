using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Disks and DVD drives beside the first disk, which come and go while a guest sees them.</summary>
public sealed class DriveTests
{
    [Fact]
    public async Task Disks_and_dvds_come_and_go_while_the_guest_uses_them()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        await Poll.UntilAsync(() => host.Run("web01", "ls -d /sys/module/sd_mod /sys/module/sr_mod /sys/module/isofs 2>/dev/null | wc -l") == "3", "the modules");

        // Behind SCSI, and in a hot-plug port.
        var scsi = host.Add("web01", new AddVMDrive { NewSizeBytes = 8 << 20 });
        Assert.Equal(("disk1", VMControllerType.SCSI, 8L << 20, "qcow2", false), (scsi.Name, scsi.ControllerType, scsi.SizeBytes, scsi.Format, scsi.IsReadOnly));
        await host.SeesAsync("web01", "sda", 8 << 20);
        host.Run("web01", "/sbin/mke2fs -q -t ext4 /dev/sda && mkdir -p /mnt/a && mount /dev/sda /mnt/a && echo kept > /mnt/a/f && sync");
        var virtio = host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20, ControllerType = VMControllerType.Virtio, IsIndependent = true });
        await host.SeesAsync("web01", "vdb", 4 << 20);
        Assert.Equal("NeedsStop", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 4 << 20, ControllerType = VMControllerType.NVMe }).Id);
        Assert.Equal("NeedsStop", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 4 << 20, ControllerType = VMControllerType.SATA }).Id);
        host.Invoke(Methods.ResizeVHD, new ResizeVHD { Path = scsi.Path, SizeBytes = 12 << 20 });
        await host.SeesAsync("web01", "sda", 12 << 20);
        Assert.Equal(12 << 20, host.DisksOf("web01").Single(static d => d.Name == "disk1").SizeBytes);

        // What is in a DVD drive changes, and is only read.
        var (first, second) = (Path.Combine(host.Folder, "one.iso"), Path.Combine(host.Folder, "two,2.iso"));
        await File.WriteAllTextAsync(first, "first".PadRight(2 << 20), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(second, "second".PadRight(4 << 20), TestContext.Current.CancellationToken);
        var dvd = host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd, Path = first });
        Assert.Equal(("dvd0", VMControllerType.SCSI, true), (dvd.Name, dvd.ControllerType, dvd.IsReadOnly));
        await Poll.UntilAsync(() => host.Run("web01", "head -c 5 /dev/sr0 2>/dev/null || true") == "first", "the DVD");
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd, Path = second });
        await Poll.UntilAsync(() => host.Run("web01", "head -c 6 /dev/sr0 2>/dev/null || true") == "second", "the other DVD");
        Assert.Equal("", host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd, Path = "" }).Path);
        await Poll.UntilAsync(() => host.Run("web01", "head -c 6 /dev/sr0 2>/dev/null || true").Length == 0, "no DVD");

        // Another agent finds all of it, and so does the next start.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(["disk0", "disk1", "disk2"], host.DisksOf("web01").Select(static d => d.Name));
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk2", DeleteDisk = true });
        await Poll.UntilAsync(() => host.Run("web01", "ls /sys/block | grep -c vdb || true") == "0", "the end of the disk");
        Assert.False(File.Exists(virtio.Path));
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd, Path = first });
        host.Stop("web01");
        host.Boot("web01");
        await Poll.UntilAsync(() => host.Run("web01", "cat /mnt/a/f 2>/dev/null || { mkdir -p /mnt/a; mount /dev/sda /mnt/a 2>/dev/null; cat /mnt/a/f 2>/dev/null || true; }") == "kept", "the file");
        await Poll.UntilAsync(() => host.Run("web01", "head -c 5 /dev/sr0 2>/dev/null || true") == "first", "the DVD");
        host.Run("web01", "umount /mnt/a");
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { Id = scsi.Id, Name = "disk1" });
        Assert.True(File.Exists(scsi.Path));
        Assert.Equal("disk0", Assert.Single(host.DisksOf("web01")).Name);
        Array.ForEach([scsi.Path, first, second], File.Delete);
    }

    [Fact]
    public async Task Limits_hold_at_once_and_after_the_next_start()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk0", MaximumIOPS = 77 });
        host.Boot("web01");
        Assert.Equal((77, 0), await host.LimitsAsync("web01"));
        var set = host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk0", MaximumIOPS = 0, MaximumBytesPerSecond = 3 << 20 });
        Assert.Equal((0L, 3L << 20), (set.MaximumIOPS, set.MaximumBytesPerSecond));
        Assert.Equal((0, 3 << 20), await host.LimitsAsync("web01"));
        Assert.Equal("Cannot change a drive of VM 'web01': the MaximumIOPS is -1; 1 and more are allowed, and 0 for no limit.", host.Refused(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk0", MaximumIOPS = -1 }).Message);
        Assert.Equal("FirstDisk", host.Refused(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk0", IsIndependent = true }).Id);
    }

    [Fact]
    public async Task A_saved_machine_goes_on_with_what_came_while_it_ran()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Boot("web01");
        host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20, ControllerType = VMControllerType.Virtio });
        host.Add("web01", new AddVMDrive { NewSizeBytes = 6 << 20 });
        await host.SeesAsync("web01", "vdb", 4 << 20);
        await host.SeesAsync("web01", "sda", 6 << 20);
        host.Run("web01", "echo there > /dev/vdb; echo here > /dev/sda; sync");
        host.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        Assert.Equal("VMWrongState", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 4 << 20 }).Id);
        host.Start("web01");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal("there here", host.Run("web01", "echo 3 > /proc/sys/vm/drop_caches; echo $(head -n 1 /dev/vdb) $(head -n 1 /dev/sda)"));
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("web01");
        host.NewEmpty("web02");
        var mine = host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20 });
        Assert.Equal("DiskInUse", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Path = mine.Path }).Id);
        Assert.Equal("DiskInUse", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Path = mine.Path, IsReadOnly = true }).Id);
        Assert.Equal("DiskInUse", host.Refused(Methods.NewVM, new NewVM { Name = "web03", VHDPath = mine.Path }).Id);
        Assert.Equal("DiskNotFound", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Path = "/nowhere/a.qcow2" }).Id);
        Assert.Equal("DiskNotFound", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Type = VMDriveType.Dvd, Path = "/nowhere/a.iso" }).Id);
        Assert.Equal("InvalidPath", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Type = VMDriveType.Dvd, Path = host.Folder }).Id);
        Assert.Equal("DiskInUse", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Type = VMDriveType.Dvd, Path = mine.Path }).Id);
        var image = Path.Combine(host.Folder, "no.iso");
        await host.RunAsync("qemu-img", "create", "-q", "-f", "vhdx", image, "10M");
        Assert.Equal("InvalidMedia", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Type = VMDriveType.Dvd, Path = image }).Id);
        File.Delete(image);
        Assert.Equal("InvalidPath", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", Path = "a.qcow2" }).Id);
        Assert.Equal("InvalidDiskSize", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02", NewSizeBytes = 1 }).Id);
        Assert.Equal("NoDisk", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web02" }).Id);
        Assert.Equal("VMNotFound", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web2", NewSizeBytes = 4 << 20 }).Id);
        Assert.Equal("VMDriveNotFound", host.Refused(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk9" }).Id);
        Assert.Equal("VMDriveNotFound", host.Refused(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk1", Type = VMDriveType.Dvd }).Id);
        Assert.Empty(host.DisksOf("web02"));

        // Of two machines that only read it none has it alone.
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk1" });
        host.Add("web01", new AddVMDrive { Path = mine.Path, IsReadOnly = true });
        host.Add("web02", new AddVMDrive { Path = mine.Path, IsReadOnly = true });
        host.Start("web01");
        host.Start("web02");
        Assert.Equal("DiskInUse", host.Refused(Methods.NewVM, new NewVM { Name = "web03", VHDPath = mine.Path }).Id);
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", Force = true, DeleteDisk = true });
        Assert.True(File.Exists(mine.Path));
        File.Delete(mine.Path);
    }

    [Fact]
    public async Task What_would_not_be_whole_with_independent_disks_is_refused()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20 });
        host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "disk1", IsIndependent = true });
        Assert.Equal("VMHasFurtherDisks", host.Refused(Methods.CopyVM, new CopyVM { Name = "web01" }).Id);
        Assert.Equal("VMHasFurtherDisks", host.Refused(Methods.ExportVM, new ExportVM { Name = "web01", Path = Path.Combine(host.Folder, "export") }).Id);
        host.Boot("web01");
        await host.SeesAsync("web01", "sda", 4 << 20);
        host.Run("web01", "echo old > /data/f; echo old > /dev/sda; sync");
        Assert.Equal("VMHasFurtherDisks", host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "a", IncludeMemory = true }).Id);
        host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "a", IncludeMemory = false });
        host.Run("web01", "echo new > /data/f; echo new > /dev/sda; sync");
        Assert.Equal("VMHasCheckpoints", host.Refused(Methods.AddVMDrive, new AddVMDrive { VMName = "web01", NewSizeBytes = 4 << 20 }).Id);
        host.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "a" });
        host.Boot("web01");
        await host.SeesAsync("web01", "sda", 4 << 20);
        Assert.Equal("old new", host.Run("web01", "echo $(cat /data/f) $(head -n 1 /dev/sda)"));
    }
}
