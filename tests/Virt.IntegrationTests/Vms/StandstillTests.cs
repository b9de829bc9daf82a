using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Machines that are Paused or Saved are checkpointed, restored, copied and exported as those that run or are off, and stay what they were.</summary>
public sealed class StandstillTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_that_stands_still_is_checkpointed_with_its_memory_and_comes_back_standing_still(int generation)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01", generation);
        var pid = host.Boot("web01").ProcessId;
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo before > /run/mark");
        host.Suspend("web01");
        var checkpoint = host.Checkpoint("web01", "a");
        Assert.Equal((true, VMState.Paused, TimeSpan.Zero), (checkpoint.HasMemory, checkpoint.State, checkpoint.PauseDuration));

        // Again: after the first it is what it was, and not what a migration leaves. Without memory too.
        host.Checkpoint("web01", "b");
        Assert.Equal(VMState.Stopped, host.Checkpoint("web01", "c", includeMemory: false).State);
        Assert.Equal((VMState.Paused, pid), (host.Get("web01").State, host.Get("web01").ProcessId));
        host.RemoveCheckpoint("web01", "b");
        host.RemoveCheckpoint("web01", "c");
        Assert.Equal((VMState.Paused, pid), (host.Get("web01").State, host.Get("web01").ProcessId));
        host.Resume("web01");
        Assert.Equal(("before", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
        host.Run("web01", "echo after > /run/mark; rm /data/kept; sync");

        Assert.Equal(VMState.Paused, host.Restore("web01", "a").State);
        Assert.Equal(VMState.Paused, host.Get("web01").State);

        // Its disk is its own: a layer can be put on it, and merged.
        host.Checkpoint("web01", "d");
        host.RemoveCheckpoint("web01", "d");
        host.Resume("web01");
        Assert.Equal(("before", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));

        // One that stands still is brought back as well, to one that ran.
        host.Run("web01", "echo running > /run/mark");
        host.Checkpoint("web01", "e");
        host.Suspend("web01");
        Assert.Equal(VMState.Running, host.Restore("web01", "e").State);
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal("running", host.Run("web01", "cat /run/mark"));
        host.RemoveCheckpoint("web01", "e");
        host.RemoveCheckpoint("web01", "a");
        host.Stop("web01");
        Assert.Equal(made.DiskPath, host.Get("web01").DiskPath);
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_that_is_saved_is_checkpointed_with_what_was_saved_and_comes_back_saved(int generation)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01", generation);
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo before > /run/mark");
        host.Checkpoint("web01", "ran");
        host.Save("web01");
        host.Invoke(Methods.SetVM, new SetVM { Name = "web01", ProcessorCount = 2 });
        var checkpoint = host.Checkpoint("web01", "a");
        Assert.Equal((true, VMState.Saved, "ran"), (checkpoint.HasMemory, checkpoint.State, checkpoint.ParentName));
        Assert.Equal((VMState.Saved, "ProcessorCount 2"), (host.Get("web01").State, Assert.Single(host.Get("web01").PendingChanges)));
        host.Start("web01");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal(("before", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));

        // What is saved after that is another file, and what the checkpoint has stays as it is.
        host.Run("web01", "echo after > /run/mark; rm /data/kept; sync");
        host.Save("web01");
        var back = host.Restore("web01", "a");
        Assert.Equal((VMState.Saved, null, "ProcessorCount 2"), (back.State, back.ProcessId, Assert.Single(back.PendingChanges)));
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(VMState.Saved, host.Get("web01").State);
        foreach (var time in Enumerable.Range(0, 2))
        {
            host.Start("web01");
            host.Wait("web01", WaitCondition.Healthy);
            Assert.Equal((time, "before", sum), (time, host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
            Assert.Equal(VMState.Saved, host.Restore("web01", "a").State);
        }

        // From saved to running, and merged while it is saved.
        Assert.Equal(VMState.Running, host.Restore("web01", "ran").State);
        host.Restore("web01", "a");
        host.RemoveCheckpoint("web01", "ran");
        host.RemoveCheckpoint("web01", "a");
        Assert.Equal((VMState.Saved, made.DiskPath), (host.Get("web01").State, host.Get("web01").DiskPath));
        host.Start("web01");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal(("before", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
        host.Stop("web01");
        Assert.Equal(2, host.Get("web01").ProcessorCount);
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task A_guest_that_stands_still_cannot_come_to_rest_and_one_without_a_memory_has_none_to_keep()
    {
        await using var host = await TestHost.StartAsync();
        host.NewDisk("web01");
        host.Start("web01");
        host.Suspend("web01");
        Assert.Equal("VMWrongState", host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointType = VMCheckpointType.ProductionOnly }).Id);
        var standard = host.Checkpoint("web01", "a", VMCheckpointType.Production);
        Assert.Equal((VMCheckpointType.Standard, VMState.Paused, "It is Standard: it is Paused, and its guest cannot come to rest."), (standard.CheckpointType, standard.State, standard.Status));
        host.Resume("web01");
        var saved = host.Save("web01");
        Assert.Equal((VMCheckpointType.Standard, VMState.Saved), host.Checkpoint("web01", "b", VMCheckpointType.Production) is var b ? (b.CheckpointType, b.State) : default);
        await File.WriteAllTextAsync(Path.Combine(host.StateFolder, "vms", saved.Id.ToString("N"), "saved"), "no memory", TestContext.Current.CancellationToken);
        var error = host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "c" });
        Assert.Equal(("SavedStateLost", "Checkpoint-VM -Name web01 -DiskOnly"), (error.Id, error.RecommendedAction));
        Assert.Equal(VMState.Stopped, host.Checkpoint("web01", "c", includeMemory: false).State);
        Assert.Equal(VMState.Stopped, host.Restore("web01", "c").State);
        Assert.DoesNotContain("/saved", Checkpoints.Files(host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_stands_still_or_is_saved_is_copied_and_exported_and_stays_as_it_is()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        var pid = host.Boot("web01").ProcessId;
        var sum = host.WriteFile("web01", "kept");
        host.Run("web01", "echo mark > /run/mark");
        host.Suspend("web01");
        var linked = Assert.Single(host.Copy("web01", "linked"));
        var paused = Path.Combine(host.Files, "paused");
        Assert.Equal("", host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = paused }).Status);
        Assert.Equal((VMState.Paused, pid, VMState.Stopped), (host.Get("web01").State, host.Get("web01").ProcessId, linked.State));
        host.Resume("web01");
        host.Save("web01");
        var full = Assert.Single(host.Copy("web01", "full", isFull: true));
        Assert.Equal("What is saved of its memory stays the original's; the copy starts from its disks, as after a loss of power.", full.Status);
        var saved = Path.Combine(host.Files, "saved");
        Assert.Equal("What is saved of its memory is not part of the archive: what is made of it starts from its disks, as after a loss of power.", host.Invoke(Methods.ExportVM, new ExportVM { Name = "web01", Path = saved }).Status);
        Assert.Equal(VMState.Saved, host.Get("web01").State);
        foreach (var path in new[] { paused, saved })
        {
            host.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = Path.GetFileName(path) });
            Directory.Delete(path, recursive: true);
        }

        foreach (var name in new[] { "linked", "full", "paused", "saved" })
        {
            host.Boot(name);
            Assert.Equal((name, sum, ""), (name, host.ReadFile(name, "kept"), host.Run(name, "cat /run/mark 2>/dev/null || true")));
            host.Remove(name);
        }

        host.Start("web01");
        host.Wait("web01", WaitCondition.Healthy);
        Assert.Equal(("mark", sum), (host.Run("web01", "cat /run/mark"), host.ReadFile("web01", "kept")));
    }
}
