using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Twenty changes of one machine at the same time, each from a session of its own: each ends well or in a typed error, and the machine is whole.</summary>
public sealed class ManyChangesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_ends_well_or_in_a_typed_error_and_the_machine_is_whole(bool killsAgent)
    {
        await using var host = await TestHost.StartAsync();
        var made = host.NewDisk("web01");
        await host.WriteAsync("web01", 1, 2);
        host.Start("web01");
        host.Checkpoint("web01", "first", includeMemory: false);
        var id = made.Id;
        Action<VirtClient>[] changes =
        [
            c => c.Invoke(Methods.CheckpointVM, new CheckpointVM { Id = id, CheckpointName = "a", IncludeMemory = false }),
            c => c.Invoke(Methods.CheckpointVM, new CheckpointVM { Id = id, CheckpointName = "b" }),
            c => c.Invoke(Methods.CheckpointVM, new CheckpointVM { Id = id, CheckpointName = "A", IncludeMemory = false }),
            c => c.Invoke(Methods.CheckpointVM, new CheckpointVM { Id = id, ExpiresAfter = TimeSpan.FromMilliseconds(1), IncludeMemory = false }),
            c => c.Invoke(Methods.StopVM, new StopVM { Id = id, TurnOff = true }),
            c => c.Invoke(Methods.StartVM, new StartVM { Id = id }),
            c => c.Invoke(Methods.SuspendVM, new SuspendVM { Id = id }),
            c => c.Invoke(Methods.ResumeVM, new ResumeVM { Id = id }),
            c => c.Invoke(Methods.RestartVM, new RestartVM { Id = id, TurnOff = true }),
            c => c.Invoke(Methods.SaveVM, new SaveVM { Id = id }),
            c => c.Invoke(Methods.StartVM, new StartVM { Id = id }),
            c => c.Invoke(Methods.SetVM, new SetVM { Id = id, MemoryStartupBytes = 48 << 20 }),
            c => c.Invoke(Methods.SetVM, new SetVM { Id = id, Notes = "changed" }),
            c => c.Invoke(Methods.RenameVM, new RenameVM { Id = id, NewName = "other" }),
            c => c.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMId = id, Name = "first" }),
            c => c.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMId = id, Name = "first" }),
            c => c.Invoke(Methods.RenameVMCheckpoint, new RenameVMCheckpoint { VMId = id, Name = "first", NewName = "second" }),
            c => c.Invoke(Methods.CopyVM, new CopyVM { Id = id, NewName = "linked" }),
            c => c.Invoke(Methods.CopyVM, new CopyVM { Id = id, NewName = "full", Full = true }),
            c => c.Invoke(Methods.ExportVM, new ExportVM { Id = id, Path = Path.Combine(host.Files, "archive") }),
        ];
        Assert.Equal(20, changes.Length);
        var calls = changes.Select(change => Task.Run(() => ErrorOf(host.Endpoint, change), TestContext.Current.CancellationToken)).ToList();
        if (killsAgent)
        {
            await calls[12];
            await host.KillAgentAsync();
        }

        var errors = (await Task.WhenAll(calls)).OfType<VirtException>().ToList();
        if (killsAgent)
        {
            await host.StartAgentAsync();
        }

        TestContext.Current.SendDiagnosticMessage(string.Join('\n', errors.Select(static e => $"{e.Code} {e.Id}: {e.Message}")));
        Assert.All(errors, e => Assert.True(e.Code is ErrorCode.WrongState or ErrorCode.AlreadyExists or ErrorCode.NotFound or ErrorCode.Conflict || killsAgent && e.Code == ErrorCode.Unavailable, $"{e.Code} {e.Id}: {e.Message}"));
        await WholeAsync(host, id);
    }

    private static async Task WholeAsync(TestHost host, Guid id)
    {
        // A restart that was half done is finished by the next agent, beside all else; what is off is kept from it by a stop.
        VM? machine = null;
        await Poll.UntilAsync(() => (machine = Assert.Single(host.Invoke(Methods.GetVM, new GetVM { Ids = [id] }).Items)).State is VMState.Running or VMState.Paused or VMState.Stopped or VMState.Saved, () => $"its rest: it is {machine!.State}: {host.Log}");
        if (machine!.State != VMState.Saved)
        {
            host.Invoke(Methods.StopVM, new StopVM { Id = id, TurnOff = true });
        }

        foreach (var one in host.Invoke(Methods.GetVM, new GetVM()).Items)
        {
            await host.CheckDiskAsync(one.DiskPath);
            Assert.Equal((one.Name, "12"), (one.Name, await host.ReadAsync(one.DiskPath)));
        }

        // It can still be all that it could be.
        host.Invoke(Methods.StartVM, new StartVM { Id = id });
        foreach (var checkpoint in host.GetCheckpoints(machine.Name))
        {
            host.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { Id = checkpoint.Id });
            host.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { Id = checkpoint.Id });
        }

        foreach (var copy in host.Invoke(Methods.GetVM, new GetVM()).Items.Where(vm => vm.Id != id))
        {
            host.Invoke(Methods.RemoveVM, new RemoveVM { Id = copy.Id, DeleteDisk = true, Force = true });
        }

        var files = new HashSet<string>(Checkpoints.Files(host).Split('\n'));
        Assert.Equal(["disks/web01.qcow2"], files.Where(static file => !file.EndsWith("/saved", StringComparison.Ordinal)));
        if (host.Invoke(Methods.GetVM, new GetVM { Ids = [id] }).Items[0].State is VMState.Running or VMState.Paused)
        {
            host.Invoke(Methods.StopVM, new StopVM { Id = id, TurnOff = true });
        }

        Assert.Equal("12", await host.ReadAsync(Path.Combine(host.StateFolder, "disks", "web01.qcow2")));
    }

    private static VirtException? ErrorOf(VirtEndpoint endpoint, Action<VirtClient> change)
    {
        try
        {
            using var client = VirtClient.Connect(endpoint, "tests/1");
            change(client);
            return null;
        }
        catch (VirtException e)
        {
            return e;
        }
    }
}
