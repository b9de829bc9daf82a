using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A machine's disk goes to another folder of its host, running or off: it is in one of both, whole, whatever ends the agent.</summary>
public sealed class MoveStorageTests
{
    [Fact]
    public async Task While_the_guest_writes_its_disk_goes_to_another_folder_and_the_lease_along()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", Guest.Writer);
        var moved = Move(host, host.Files);
        var path = Path.Combine(host.Files, "web01.qcow2");
        Assert.Equal((path, VMState.Running, pid), (moved.DiskPath, moved.State, host.Get("web01").ProcessId));
        Assert.Equal((false, false, true, true), (File.Exists(made.DiskPath), File.Exists(made.DiskPath + ".lease"), File.Exists(path), File.Exists(path + ".lease")));
        host.CheckWritten("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));

        // Back again, and another time with all that a machine does.
        Move(host, Path.GetDirectoryName(made.DiskPath)!);
        host.Checkpoint("web01", "a");
        Assert.Equal("VMHasCheckpoints", host.Refused(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = host.Files }).Id);
        host.RemoveCheckpoint("web01", "a");
        Move(host, host.Files);
        host.Stop("web01");
        await host.CheckDiskAsync(path);
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
        host.Stop("web01", turnOff: true);
        Assert.Equal(made.DiskPath, Move(host, Path.GetDirectoryName(made.DiskPath)!).DiskPath);
        Assert.Equal((false, false), (File.Exists(path), File.Exists(path + ".lease")));
        host.Boot("web01");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
    }

    [Fact]
    public async Task A_paused_guest_stays_paused_and_what_cannot_be_is_refused_beforehand()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var home = Path.GetDirectoryName(made.DiskPath)!;
        host.Boot("web01");
        host.Invoke(Methods.SuspendVM, new SuspendVM { Name = "web01" });
        Assert.Equal(VMState.Paused, Move(host, host.Files).State);
        Assert.Equal(VMState.Paused, host.Get("web01").State);
        host.Invoke(Methods.ResumeVM, new ResumeVM { Name = "web01" });
        host.Run("web01", "true");
        Assert.Equal("InvalidPath", Refuse(host, host.Files));
        Assert.Equal("InvalidPath", Refuse(host, "disks"));
        Assert.Equal("FolderNotFound", Refuse(host, Path.Combine(host.Files, "none")));
        await File.WriteAllTextAsync(made.DiskPath, "mine", TestContext.Current.CancellationToken);
        Assert.Equal("DiskAlreadyExists", Refuse(host, home));
        Assert.Equal("mine", await File.ReadAllTextAsync(made.DiskPath, TestContext.Current.CancellationToken));
        File.Delete(made.DiskPath);
        host.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "web02" });
        Assert.Equal("VMHasLinkedCopies", Refuse(host, home));

        // A linked copy's own layer goes, and stands on what it stood on.
        var copy = host.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web02", DestinationStoragePath = host.Files });
        Assert.Equal(Path.Combine(host.Files, "web02.qcow2"), copy.DiskPath);
        Assert.Equal("web01", copy.LinkedTo);
        host.Boot("web02");
        host.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web02", DestinationStoragePath = home });
        var sum = host.WriteFile("web02", "kept");
        host.Stop("web02");
        host.Boot("web02");
        Assert.Equal(sum, host.ReadFile("web02", "kept"));
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web02", Force = true, DeleteDisk = true });
        Assert.Equal(made.DiskPath, Move(host, home).DiskPath);
    }

    [Fact]
    public async Task Whatever_ends_the_agent_while_the_guest_runs_it_runs_on_and_has_its_disk_once()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        string[] folders = [Path.GetDirectoryName(made.DiskPath)!, host.Files];
        foreach (var point in VmStorageFaults.Live)
        {
            var sum = host.WriteFile("web01", "kept", 256);
            var from = Path.GetDirectoryName(host.Get("web01").DiskPath)!;
            var to = folders.Single(folder => folder != from);
            await host.KillAtAsync(point, client => client.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = to }));
            host.Wait("web01", WaitCondition.Healthy);
            var isMoved = VmStorageFaults.Live.SkipWhile(static p => p != VmStorageFaults.Switched).Contains(point);
            Assert.Equal((point, isMoved ? to : from, pid), (point, Path.GetDirectoryName(host.Get("web01").DiskPath), host.Get("web01").ProcessId));
            Check(host, point, folders);
            Assert.Equal((point, sum), (point, host.ReadFile("web01", "kept")));
            host.WriteFile("web01", "more", 256);
        }

        host.Stop("web01");
        await host.CheckDiskAsync(host.Get("web01").DiskPath);
    }

    [Fact]
    public async Task Whatever_ends_the_agent_while_the_machine_is_off_its_disk_is_there_once()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        string[] folders = [Path.GetDirectoryName(made.DiskPath)!, host.Files];
        foreach (var point in VmStorageFaults.Off)
        {
            var from = Path.GetDirectoryName(host.Get("web01").DiskPath)!;
            var to = folders.Single(folder => folder != from);
            await host.KillAtAsync(point, client => client.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = to }));
            var isMoved = VmStorageFaults.Off.SkipWhile(static p => p != VmStorageFaults.Written).Contains(point);
            Assert.Equal((point, isMoved ? to : from), (point, Path.GetDirectoryName(host.Get("web01").DiskPath)));
            Check(host, point, folders);
            await host.CheckDiskAsync(host.Get("web01").DiskPath);
        }

        host.Boot("web01");
    }

    [Fact]
    public async Task One_that_is_cancelled_leaves_the_guest_what_it_had()
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = VmStorageFaults.Copied + "=hold";
        await host.StartAgentAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        var operation = host.Client.Detach(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = host.Files });
        await host.HeldAtAsync(VmStorageFaults.Copied);
        Assert.True(File.Exists(Path.Combine(host.Files, "web01.qcow2")));
        using var other = VirtClient.Connect(host.Endpoint, "tests/2");
        Assert.Equal(OperationState.Cancelled, other.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = operation.Id }).State);
        host.Release(VmStorageFaults.Copied);
        Assert.Empty(Directory.GetFiles(host.Files));
        Assert.Equal(made.DiskPath, host.Get("web01").DiskPath);
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
        host.Checkpoint("web01", "a");
        host.RemoveCheckpoint("web01", "a");
        Assert.Equal(sum, host.ReadFile("web01", "kept"));
    }

    private static VM Move(TestHost host, string folder) => host.Invoke(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = folder });

    private static string Refuse(TestHost host, string folder) => host.Refused(Methods.MoveVMStorage, new MoveVMStorage { Name = "web01", DestinationStoragePath = folder }).Id;

    // One disk with one lease, in the folder where the machine has it.
    private static void Check(TestHost host, string point, string[] folders)
    {
        var disk = host.Get("web01").DiskPath;
        var files = folders.SelectMany(Directory.GetFiles).Order(StringComparer.Ordinal);
        Assert.Equal((point, $"{disk} {disk}.lease"), (point, string.Join(' ', files)));
    }
}
