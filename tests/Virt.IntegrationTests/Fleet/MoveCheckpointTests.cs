using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine goes from one host to another with all of its checkpoints, which are there what they were here.</summary>
public sealed class MoveCheckpointTests
{
    [Fact]
    public async Task A_tree_of_checkpoints_goes_along_live_and_off_and_each_can_be_gone_to_and_removed_there()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDSizeBytes = 256L << 20 });
        pair.A.Boot("web01");
        var one = pair.A.WriteFile("web01", "one");
        pair.A.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "one", IncludeMemory = true, Notes = "the first", ExpiresAfter = TimeSpan.FromDays(7) });
        var two = pair.A.WriteFile("web01", "two");
        pair.A.Run("web01", "echo two > /run/mark");
        pair.A.Checkpoint("web01", "two");
        pair.A.Restore("web01", "one");
        var three = pair.A.WriteFile("web01", "three");
        pair.A.Checkpoint("web01", "three", includeMemory: false);
        var four = pair.A.WriteFile("web01", "four");
        pair.A.Run("web01", Guest.Writer);
        pair.A.Invoke(Methods.SetVM, new SetVM { Name = "web01", CheckpointSchedule = "0 3 1 1 *", CheckpointTimeZone = "Europe/Berlin", CheckpointExpiresAfter = TimeSpan.FromDays(1) });
        var (before, planned) = (pair.A.GetCheckpoints("web01"), pair.A.Get("web01"));
        var plan = pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b", IncludeStorage = true });
        Assert.Empty(plan.Problems);
        Assert.Equal(["one", "two", "three"], plan.Checkpoints);

        // A file of one's name is there already: the other gets another one, and stays what it is.
        var folder = Directory.CreateDirectory(Path.Combine(pair.B.StateFolder, "disks")).FullName;
        var strange = Path.Combine(folder, "web01.qcow2");
        await File.WriteAllTextAsync(strange, "strange", TestContext.Current.CancellationToken);
        var there = HostPair.Move(pair.A, "web01", "b", includeStorage: true);
        Assert.Equal((VMState.Running, VMMoveMode.Live, ""), (there.State, there.Mode, there.Status));
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        Assert.Equal("", pair.A.Files());
        Assert.Empty(pair.A.GetCheckpoints("*"));
        Assert.Equal("strange", await File.ReadAllTextAsync(strange, TestContext.Current.CancellationToken));
        Assert.Equal(before.Select(Told), pair.B.GetCheckpoints("web01").Select(Told));
        var arrived = pair.B.Get("web01");
        Assert.Equal((planned.CheckpointSchedule, planned.CheckpointTimeZone, planned.NextCheckpointTime), (arrived.CheckpointSchedule, arrived.CheckpointTimeZone, arrived.NextCheckpointTime));
        pair.B.CheckWritten("web01");
        Assert.Equal((one, three, four), (pair.B.ReadFile("web01", "one"), pair.B.ReadFile("web01", "three"), pair.B.ReadFile("web01", "four")));

        // While the guest runs its layer is merged; then it goes to another branch, with the memory that was written over there.
        pair.B.RemoveCheckpoint("web01", "three");
        Assert.Equal((one, three, four), (pair.B.ReadFile("web01", "one"), pair.B.ReadFile("web01", "three"), pair.B.ReadFile("web01", "four")));
        pair.B.Checkpoint("web01", "five", includeMemory: false);
        Assert.Equal(VMState.Running, pair.B.Restore("web01", "two").State);
        Assert.Equal(("two", one, two), (pair.B.Run("web01", "cat /run/mark"), pair.B.ReadFile("web01", "one"), pair.B.ReadFile("web01", "two")));
        pair.B.Stop("web01");
        before = pair.B.GetCheckpoints("web01");

        // Off it goes back, under the name that was taken over there.
        Assert.Equal(VMMoveMode.Cold, HostPair.Move(pair.B, "web01", "a", includeStorage: true).Mode);
        Assert.Equal([("a", VMState.Stopped)], pair.Where("web01"));
        Assert.Equal("disks/web01.qcow2", pair.B.Files());
        Assert.Equal(before.Select(Told), pair.A.GetCheckpoints("web01").Select(Told));
        await pair.A.CheckDiskAsync(pair.A.Get("web01").DiskPath);
        pair.A.Boot("web01");
        Assert.Equal((one, two), (pair.A.ReadFile("web01", "one"), pair.A.ReadFile("web01", "two")));
        Assert.Equal(VMState.Stopped, pair.A.Restore("web01", "five").State);
        pair.A.Boot("web01");
        Assert.Equal((one, three, four), (pair.A.ReadFile("web01", "one"), pair.A.ReadFile("web01", "three"), pair.A.ReadFile("web01", "four")));
        foreach (var name in new[] { "one", "two", "five" })
        {
            pair.A.RemoveCheckpoint("web01", name);
        }

        Assert.Equal((one, four), (pair.A.ReadFile("web01", "one"), pair.A.ReadFile("web01", "four")));
        pair.A.Stop("web01");
        var file = Assert.Single(pair.A.Files().Split('\n'));
        Assert.Equal(Path.Combine(pair.A.StateFolder, file), pair.A.Get("web01").DiskPath);
        await pair.A.CheckDiskAsync(pair.A.Get("web01").DiskPath);
        File.Delete(strange);
    }

    [Fact]
    public async Task Layers_that_both_hosts_reach_stay_where_they_are_and_memory_goes_along()
    {
        await using var pair = await HostPair.StartAsync();
        var folder = pair.SharedFolder();
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDPath = Path.Combine(folder, "web01.qcow2"), NewVHDSizeBytes = 64L << 20 });
        pair.A.Boot("web01");
        var one = pair.A.WriteFile("web01", "one");
        pair.A.Checkpoint("web01", "one");
        var two = pair.A.WriteFile("web01", "two");
        var files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).ToList();
        HostPair.Move(pair.A, "web01", "b");
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        Assert.Equal("", pair.A.Files());
        Assert.Equal(files, Directory.GetFiles(folder).Order(StringComparer.Ordinal));
        Assert.Equal("DiskLeased", pair.A.Refused(Methods.NewVM, new NewVM { Name = "thief", VHDPath = pair.B.Get("web01").DiskPath }).Id);
        Assert.Equal((one, two), (pair.B.ReadFile("web01", "one"), pair.B.ReadFile("web01", "two")));
        pair.B.Restore("web01", "one");
        Assert.Equal((one, "one"), (pair.B.ReadFile("web01", "one"), pair.B.CheckpointNames("web01")));
        pair.B.Stop("web01");
        HostPair.Move(pair.B, "web01", "a");
        Assert.Equal("", pair.B.Files());
        pair.A.RemoveCheckpoint("web01", "one");
        Assert.Equal(Path.Combine(folder, "web01.qcow2"), pair.A.Get("web01").DiskPath);
        pair.A.Boot("web01");

        // A saved machine goes on there from its memory.
        pair.A.Run("web01", "echo saved > /run/mark");
        pair.A.Invoke(Methods.SaveVM, new SaveVM { Name = "web01" });
        Assert.Equal((VMMoveMode.Cold, VMState.Saved), (HostPair.Move(pair.A, "web01", "b") is var moved ? moved.Mode : default, moved.State));
        Assert.Equal("", pair.A.Files());
        pair.B.Start("web01");
        Assert.Equal("saved", pair.B.Run("web01", "cat /run/mark"));
        HostPair.Move(pair.B, "web01", "a");
        Assert.Equal(one, pair.A.ReadFile("web01", "one"));
        pair.A.Stop("web01");
        await pair.A.CheckDiskAsync(Path.Combine(folder, "web01.qcow2"));
    }

    [Fact]
    public async Task A_destination_whose_disk_fills_up_keeps_nothing_and_the_machine_its_checkpoints()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Faults = MovePoint.Offering + "=hold";
        await pair.RestartAsync(pair.A);
        var folder = Directory.CreateDirectory(Path.Combine(pair.B.Folder, "small")).FullName;
        await pair.B.RunAsync("mount", "-t", "tmpfs", "-o", "size=64m", "none", folder);
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });
        await MoveCut.FillAsync(pair.A);
        pair.A.Start("web01");
        pair.A.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "running", IncludeMemory = false });
        var operation = pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true, DestinationStoragePath = folder });
        await pair.A.HeldAtAsync(MovePoint.Offering);

        // Meanwhile nobody makes one, takes one away or goes back to one.
        Assert.All(
            new[]
            {
                pair.A.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "late" }), pair.A.Refused(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = "web01", Name = "running" }),
                pair.A.Refused(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = "web01", Name = "one" }),
            },
            static error => Assert.Equal("VMMoving", error.Id));
        await pair.B.RunAsync("sh", "-c", $"dd if=/dev/zero of='{folder}/full' bs=1M 2>/dev/null || true");
        pair.A.Release(MovePoint.Offering);
        var ended = pair.A.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }).Operation;
        Assert.True(ended is { State: OperationState.Failed, ErrorId: "DiskCopyFailed" }, $"{ended.State} {ended.ErrorId} {ended.ErrorMessage}; a's log: {pair.A.Log}; b's log: {pair.B.Log}");
        Assert.Equal([("a", VMState.Running)], pair.Where("web01"));
        Assert.Equal("full", (await pair.B.RunAsync("ls", folder)).Trim());
        Assert.Equal("", pair.B.Files());
        Assert.Equal("one running", pair.A.CheckpointNames("web01"));
        await pair.B.RunAsync("rm", Path.Combine(folder, "full"));
        var plan = pair.A.Invoke(Methods.CompareVM, new CompareVM { Name = "web01", DestinationHost = "b", IncludeStorage = true, DestinationStoragePath = folder });
        Assert.Empty(plan.Problems);

        // A plan that was made before another checkpoint is out of date.
        pair.A.RemoveCheckpoint("web01", "running");
        Assert.Equal(ErrorCode.PlanOutOfDate, pair.A.Refused(Methods.MoveVM, new MoveVM { Plan = plan }).Code);
    }

    [Fact]
    public async Task A_checkpoint_whose_time_comes_during_the_move_is_made_by_the_destination()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Faults = MovePoint.Mirrored + "=hold";
        await pair.RestartAsync(pair.A);
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });
        pair.A.Start("web01");
        var due = pair.A.Invoke(Methods.SetVM, new SetVM { Name = "web01", CheckpointSchedule = "* * * * *", CheckpointExpiresAfter = TimeSpan.FromMinutes(30) }).NextCheckpointTime!.Value;
        pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true });
        await pair.A.HeldAtAsync(MovePoint.Mirrored);
        await Poll.UntilAsync(() => DateTimeOffset.UtcNow > due, "the schedule's time");
        pair.A.Release(MovePoint.Mirrored);
        await Poll.UntilAsync(() => pair.Where("web01") is [("b", VMState.Running)], "the machine on b");
        await Poll.UntilAsync(() => pair.B.GetCheckpoints("web01").Length > 0, $"the checkpoint on b; its log: {pair.B.Log}");
        Assert.Equal("", pair.B.Get("web01").CheckpointProblem);
        pair.B.Invoke(Methods.SetVM, new SetVM { Name = "web01", CheckpointSchedule = "" });
    }

    private static (Guid Id, string Name, string Notes, string Parent, DateTimeOffset Created, DateTimeOffset? Expires, bool HasMemory, bool IsCurrent) Told(VMCheckpoint one) =>
        (one.Id, one.Name, one.Notes, one.ParentName, one.CreationTime, one.ExpirationTime, one.HasMemory, one.IsCurrent);
}
