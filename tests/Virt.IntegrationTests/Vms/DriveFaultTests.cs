using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>The agent is killed between any two steps of what is done to drives: each is as it was, or as it was to be, and what the agent says is what the guest has.</summary>
public sealed class DriveFaultTests
{
    public static TheoryData<string, bool> AddPoints => [.. VmDriveFaults.Add.Select(static point => (point, true)), .. VmDriveFaults.Add.Take(2).Select(static point => (point, false))];

    public static TheoryData<string> ChangePoints => [.. VmDriveFaults.Change];

    public static TheoryData<string, bool> RemovePoints => [.. VmDriveFaults.Remove.Select(static point => (point, true)), (VmDriveFaults.RemoveRecorded, false), (VmDriveFaults.Closed, false)];

    [Theory]
    [MemberData(nameof(AddPoints))]
    public async Task A_drive_that_was_half_added_is_there_or_not(string point, bool isRunning)
    {
        await using var host = await KilledHost.AtAsync(point, static host => host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20 }), host => FurnishAsync(host, isRunning));
        var isThere = isRunning && point == VmDriveFaults.Plugged;
        Assert.Equal(isThere ? ["disk1"] : [], host.DisksOf("web01").Select(static drive => drive.Name));
        Assert.Equal(isThere, File.Exists(Path.Combine(host.StateFolder, "disks", "web01-disk1.qcow2")));
        CanGoOn(host, isRunning);
    }

    [Theory]
    [MemberData(nameof(ChangePoints))]
    public async Task A_dvd_that_was_half_changed_is_the_other(string point)
    {
        string? image = null;
        await using var host = await KilledHost.AtAsync(
            point,
            host => host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd, Path = image }),
            async host =>
            {
                image = await FurnishAsync(host, isRunning: true);
                host.Add("web01", new AddVMDrive { Type = VMDriveType.Dvd, Path = image + "2" });
            });
        Assert.Equal(image, Assert.Single(host.DvdsOf("web01")).Path);
        Assert.Equal("", host.Invoke(Methods.SetVMDrive, new SetVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd, Path = "" }).Path);
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "dvd0", Type = VMDriveType.Dvd });
        CanGoOn(host, isRunning: true);
    }

    [Theory]
    [MemberData(nameof(RemovePoints))]
    public async Task A_drive_that_was_half_removed_is_gone_or_there(string point, bool isRunning)
    {
        string? path = null;
        await using var host = await KilledHost.AtAsync(
            point,
            static host => host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk1", DeleteDisk = true }),
            async host =>
            {
                await FurnishAsync(host, isRunning);
                path = host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20 }).Path;
            });
        var isThere = isRunning && point == VmDriveFaults.RemoveRecorded;
        Assert.Equal(isThere ? ["disk1"] : [], host.DisksOf("web01").Select(static drive => drive.Name));
        Assert.Equal(isThere, File.Exists(path));
        CanGoOn(host, isRunning);
    }

    private static async Task<string> FurnishAsync(TestHost host, bool isRunning)
    {
        var image = Path.Combine(host.StateFolder, "a.iso");
        await File.WriteAllBytesAsync(image, new byte[1 << 20]);
        await File.WriteAllBytesAsync(image + "2", new byte[1 << 20]);
        host.NewEmpty("web01");
        if (isRunning)
        {
            host.Start("web01");
        }

        return image;
    }

    // Everything can be done again, now and after a start.
    private static void CanGoOn(TestHost host, bool isRunning)
    {
        if (host.DisksOf("web01").Length > 0)
        {
            host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk1", DeleteDisk = true });
        }

        Assert.Equal(isRunning ? VMState.Running : VMState.Stopped, host.Get("web01").State);
        var added = host.Add("web01", new AddVMDrive { NewSizeBytes = 4 << 20 });
        Assert.Equal("disk1", added.Name);
        if (isRunning)
        {
            host.Stop("web01", turnOff: true);
        }

        host.Start("web01");
        host.Invoke(Methods.RemoveVMDrive, new RemoveVMDrive { VMName = "web01", Name = "disk1" });
        Assert.True(File.Exists(added.Path));
        File.Delete(added.Path);
        foreach (var image in Directory.GetFiles(host.StateFolder, "a.iso*"))
        {
            File.Delete(image);
        }

    }
}
