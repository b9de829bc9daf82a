using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Copies of machines: what linked ones stand on stays as it is, whatever happens to the original, and is merged when the last of them is gone.</summary>
public sealed class CopyTests
{
    [Fact]
    public async Task Linked_copies_have_the_disk_and_go_their_own_ways()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        host.Stop("web01");

        var clock = Stopwatch.StartNew();
        var copies = host.Copy("web01", count: 3);
        TestContext.Current.SendDiagnosticMessage($"three linked copies after {clock.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.Equal("web01-1 web01-2 web01-3", string.Join(' ', copies.Select(static c => c.Name)));
        Assert.All(copies, copy => Assert.Equal((VMState.Stopped, "web01", made.DiskSizeBytes, made.MemoryBytes, "starter"), (copy.State, copy.LinkedTo, copy.DiskSizeBytes, copy.MemoryBytes, copy.Image)));
        Assert.Equal(4, copies.Append(made).Select(static c => (c.Id, c.MacAddress, c.DiskPath)).Distinct().Count());
        Assert.Equal(5, host.Files().Split('\n').Length);

        // Nothing was written meanwhile: the same layer serves.
        clock.Restart();
        host.Copy("web01", "more");
        TestContext.Current.SendDiagnosticMessage($"one more after {clock.Elapsed.TotalMilliseconds:0.0} ms");
        Assert.Equal(6, host.Files().Split('\n').Length);

        // All at once, each on its own.
        host.Start("web01");
        host.Boot("web01-1");
        host.Wait("web01", WaitCondition.IPAddress);
        Assert.Equal((sum, sum), (host.ReadFile("web01", "kept"), host.ReadFile("web01-1", "kept")));
        var own = host.WriteFile("web01-1", "own");
        host.Run("web01", "rm /data/kept");
        var later = host.WriteFile("web01", "later");
        Assert.Equal((sum, own, "kept own"), (host.ReadFile("web01-1", "kept"), host.ReadFile("web01-1", "own"), Names(host, "web01-1")));

        // The last takes the layer with it, from under the running original.
        foreach (var name in new[] { "web01-1", "web01-2", "more" })
        {
            host.Remove(name);
        }

        Assert.NotEqual(made.DiskPath, host.Get("web01").DiskPath);
        host.Remove("web01-3");
        Assert.Equal(("disks/web01.qcow2", made.DiskPath, later, "later"), (host.Files(), host.Get("web01").DiskPath, host.ReadFile("web01", "later"), Names(host, "web01")));
        host.Stop("web01");
        await host.CheckDiskAsync(made.DiskPath);
    }

    [Fact]
    public async Task A_running_machine_is_copied_and_whatever_happens_to_its_checkpoints_the_copy_stays()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1);
        host.Start("web01");
        host.Checkpoint("web01", "a");
        host.Stop("web01", turnOff: true);
        await host.WriteAsync("web01", 2);
        var pid = host.Start("web01").ProcessId;

        var copy = Assert.Single(host.Copy("web01", "copy"));
        Assert.Equal((VMState.Running, pid, "web01"), (host.Get("web01").State, host.Get("web01").ProcessId, copy.LinkedTo));
        var old = Assert.Single(host.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "old", CheckpointName = "a" }).Items);
        Assert.Equal("a", host.CheckpointNames("web01"));
        host.RemoveCheckpoint("web01", "a");
        Assert.Equal(("12", "1"), (await host.ReadAsync(copy.DiskPath), await host.ReadAsync(old.DiskPath)));

        // Beside the original, which has its layers open for writing.
        Assert.Equal(VMState.Running, host.Start("copy").State);
        host.Checkpoint("web01", "b");
        host.Stop("web01", turnOff: true);
        await host.WriteAsync("web01", 3);
        host.Start("web01");
        Assert.Equal(VMState.Running, host.Restore("web01", "b").State);
        host.RemoveCheckpoint("web01", "b");
        Assert.Equal("12", await host.ReadAsync(host.Get("web01").DiskPath));

        // The copy's own checkpoints are merged there, while it is off and while it runs.
        host.Checkpoint("copy", "c");
        host.Stop("copy", turnOff: true);
        await host.WriteAsync("copy", 4);
        host.RemoveCheckpoint("copy", "c");
        Assert.Equal((copy.DiskPath, "124"), (host.Get("copy").DiskPath, await host.ReadAsync(copy.DiskPath)));
        host.Checkpoint("copy", "d");
        await host.WriteAsync("copy", 5);
        host.Start("copy");
        host.RemoveCheckpoint("copy", "d");
        Assert.Equal((copy.DiskPath, VMState.Running), (host.Get("copy").DiskPath, host.Get("copy").State));

        // A copy of a copy.
        var older = Assert.Single(host.Copy("old", "older"));
        Assert.Equal(("old", "1"), (older.LinkedTo, await host.ReadAsync(older.DiskPath)));
        Assert.Equal("VMHasLinkedCopies", host.Refused(Methods.RemoveVM, new RemoveVM { Name = "old", DeleteDisk = true }).Id);
        host.Remove("older");
        host.Remove("old");

        // A disk that outlives its copy needs nothing more.
        var kept = host.Remove("copy", deleteDisk: false).DiskPath;
        Assert.Equal((copy.DiskPath, "", "1245"), (kept, await host.BackingOfAsync(kept), await host.ReadAsync(kept)));
        Assert.Equal((made.DiskPath, "disks/copy.qcow2\ndisks/web01.qcow2"), (host.Get("web01").DiskPath, host.Files()));
        host.Stop("web01", turnOff: true);
        await host.CheckDiskAsync(kept);
        await host.CheckDiskAsync(made.DiskPath);
        Assert.Equal("12", await host.ReadAsync(made.DiskPath));
        Assert.Equal(VMState.Stopped, host.Invoke(Methods.NewVM, new NewVM { Name = "again", Generation = 1, VHDPath = kept, MemoryStartupBytes = 32L << 20 }).State);
    }

    [Fact]
    public async Task A_full_copy_of_a_running_machine_stands_on_nothing()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        host.Boot("web01");
        var sum = host.WriteFile("web01", "kept");
        var copies = host.Copy("web01", "full", count: 2, isFull: true);
        Assert.Equal("full-1 full-2", string.Join(' ', copies.Select(static c => c.Name)));
        Assert.Equal(("", ""), (copies[0].LinkedTo, await host.BackingOfAsync(copies[0].DiskPath)));
        Assert.Equal((made.DiskPath, "disks/full-1.qcow2\ndisks/full-2.qcow2\ndisks/web01.qcow2"), (host.Get("web01").DiskPath, host.Files()));
        host.Remove("web01");
        await host.CheckDiskAsync(copies[0].DiskPath);
        host.Boot("full-1");
        Assert.Equal(sum, host.ReadFile("full-1", "kept"));
    }

    [Fact]
    public async Task A_copy_that_keeps_its_identity_is_seen_so_by_its_guest_and_found_again_by_the_agent()
    {
        await using var host = await TestHost.StartAsync();
        var made = host.New("web01");
        var copy = Assert.Single(host.Invoke(Methods.CopyVM, new CopyVM { Name = "web01", KeepIdentity = true, SwitchName = "isolated", Start = true }).Items);
        Assert.Equal((VMState.Running, made.MacAddress, "isolated"), (copy.State, copy.MacAddress, copy.Network));
        Assert.NotEqual(made.Id, copy.Id);
        Assert.Contains(made.Id.ToString(), await File.ReadAllTextAsync($"/proc/{copy.ProcessId}/cmdline", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal((VMState.Running, copy.ProcessId), (host.Get(copy.Name).State, host.Get(copy.Name).ProcessId));
    }

    [Fact]
    public async Task What_cannot_be_copied_or_removed_is_refused_with_nothing_left()
    {
        await using var host = await TestHost.StartAsync();
        host.New("web01");
        host.NewEmpty("bare");
        Assert.Equal("VMAlreadyExists", host.Refused(Methods.CopyVM, new CopyVM { Name = "web01", NewName = "bare" }).Id);
        Assert.Equal("VMCheckpointNotFound", host.Refused(Methods.CopyVM, new CopyVM { Name = "web01", CheckpointName = "none" }).Id);
        Assert.Equal("InvalidPublish", host.Refused(Methods.CopyVM, new CopyVM { Name = "web01", Publish = ["80:80"] }).Id);
        Assert.Equal("NetworkNotFound", host.Refused(Methods.CopyVM, new CopyVM { Name = "web01", SwitchName = "none-such" }).Id);
        Assert.Equal(("bare web01", "disks/web01.qcow2"), (host.Machines(), host.Files()));

        // Without a disk there is nothing to stand on.
        Assert.Equal("", Assert.Single(host.Copy("bare")).LinkedTo);
        host.Copy("web01", count: 2);
        var refused = host.Refused(Methods.RemoveVM, new RemoveVM { Name = "web01" });
        Assert.Equal((ErrorCode.Conflict, "VMHasLinkedCopies", "Remove-VM -Name web01-1,web01-2 -DeleteDisk"), (refused.Code, refused.Id, refused.RecommendedAction));
        Assert.Contains("'web01-1' and 'web01-2'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(VMState.Stopped, host.Get("web01").State);
        host.Remove("web01-1");
        host.Remove("web01-2");
        Assert.Equal("disks/web01.qcow2", host.Files());
    }

    private static string Names(TestHost host, string machine) => host.Run(machine, "ls /data | grep -v lost | sort | tr '\\n' ' '");
}
