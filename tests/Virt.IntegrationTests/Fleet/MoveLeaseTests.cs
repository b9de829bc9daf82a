using System;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>What the lease beside a disk says during a move, and where it cannot be written.</summary>
public sealed class MoveLeaseTests
{
    [Fact]
    public async Task The_lease_names_the_source_until_the_destination_has_the_machine_and_changes_its_number_with_every_writing()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Faults = $"{MovePoint.Stopped}=hold,{MovePoint.Released}=hold";
        pair.B.Faults = $"{MovePoint.Running}=hold,{MovePoint.Leased}=hold";
        await pair.RestartAsync(pair.A);
        await pair.RestartAsync(pair.B);
        var machine = Make(pair);
        var (a, b) = (HostId(pair.A), HostId(pair.B));
        var made = Lease.Of(machine);
        pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" });

        await pair.A.HeldAtAsync(MovePoint.Stopped);
        var offered = Lease.Of(machine);
        Assert.Equal((a, made.Epoch), (offered.HostId, offered.Epoch));
        Assert.NotEqual(made.Nonce, offered.Nonce);
        pair.A.Release(MovePoint.Stopped);
        await pair.A.HeldAtAsync(MovePoint.Released);
        Assert.Equal(offered, Lease.Of(machine));
        pair.A.Release(MovePoint.Released);
        await pair.B.HeldAtAsync(MovePoint.Running);
        Assert.Equal(offered, Lease.Of(machine));
        pair.B.Release(MovePoint.Running);
        await pair.B.HeldAtAsync(MovePoint.Leased);
        var taken = Lease.Of(machine);
        Assert.Equal((b, made.Epoch + 1), (taken.HostId, taken.Epoch));
        Assert.NotEqual(offered.Nonce, taken.Nonce);
        pair.B.Release(MovePoint.Leased);
        await Poll.UntilAsync(() => pair.Where("web01") is [("b", VMState.Running)], "the machine on b");
        Assert.Equal(taken, Lease.Of(machine));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lease_that_could_not_be_written_is_written_as_soon_as_that_can_be(bool isStarted)
    {
        await using var pair = await HostPair.StartAsync();
        pair.B.Faults = MovePoint.Running + "=hold";
        await pair.RestartAsync(pair.B);
        var machine = Make(pair);
        var (folder, b, made) = (pair.SharedFolder(), HostId(pair.B), Lease.Of(machine));
        var operation = pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" });
        await pair.B.HeldAtAsync(MovePoint.Running);

        // For what b opens from now on; its QEMU has the disk already.
        await pair.B.RunAsync("mount", "--bind", folder, folder);
        await pair.B.RunAsync("mount", "-o", "remount,bind,ro", folder);
        try
        {
            pair.B.Release(MovePoint.Running);
            Assert.Equal(OperationState.Completed, pair.A.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }).Operation.State);
            Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
            Assert.NotEqual(b, Lease.Of(machine).HostId);
            Assert.Equal("DiskLeased", pair.A.Refused(Methods.NewVM, new NewVM { Name = "thief", MemoryStartupBytes = 32L << 20, VHDPath = machine.DiskPath }).Id);
            if (isStarted)
            {
                // What keeps it from starting is the folder, and not whose it is.
                pair.B.Stop("web01", turnOff: true);
                var refused = pair.B.Refused(Methods.StartVM, new StartVM { Name = "web01" });
                Assert.NotEqual("DiskLeased", refused.Id);
                Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            await pair.B.RunAsync("umount", "--lazy", folder);
        }

        if (isStarted)
        {
            Assert.Equal(VMState.Running, pair.B.Start("web01").State);
        }

        await Poll.UntilAsync(() => Lease.Of(machine) is var lease && lease.HostId == b && lease.Epoch == made.Epoch + 1, "the lease of b");
        pair.B.Stop("web01", turnOff: true);
        Assert.Equal(VMState.Running, pair.B.Start("web01").State);
    }

    [Fact]
    public async Task What_is_being_received_can_be_removed_by_force_and_the_disk_stays_the_sources()
    {
        await using var pair = await HostPair.StartAsync();
        pair.B.Faults = MovePoint.Ready + "=hold";
        await pair.RestartAsync(pair.B);
        var machine = Make(pair);
        var operation = pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" });
        await pair.B.HeldAtAsync(MovePoint.Ready);
        Assert.Equal(VMState.Receiving, pair.B.Get("web01").State);
        Assert.Equal("Remove-VM -Name web01 -Force", pair.B.Refused(Methods.RemoveVM, new RemoveVM { Name = "web01" }).RecommendedAction);
        Assert.Equal(machine.DiskPath, pair.B.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", Force = true, DeleteDisk = true }).DiskPath);
        Assert.Equal(2, Directory.GetFiles(pair.SharedFolder(), "*.qcow2").Length);
        Assert.Equal("one", pair.A.CheckpointNames("web01"));
        Assert.Equal(OperationState.Failed, pair.A.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }).Operation.State);
        Assert.Equal([("a", VMState.Running)], pair.Where("web01"));
        Assert.Equal(HostId(pair.A), Lease.Of(machine).HostId);
        pair.B.Release(MovePoint.Ready);
        pair.A.Stop("web01", turnOff: true);
        Assert.Equal(VMState.Running, pair.A.Start("web01").State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_waits_for_a_host_that_never_comes_back_can_be_removed_by_force_and_the_shared_disk_stays(bool isRestarted)
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Faults = MovePoint.Released + "=hold";
        await pair.RestartAsync(pair.A);
        var machine = Make(pair);
        var operation = pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" });
        await pair.A.HeldAtAsync(MovePoint.Released);
        await pair.B.KillAgentAsync();
        if (isRestarted)
        {
            await pair.RestartAsync(pair.A);
        }
        else
        {
            pair.A.Release(MovePoint.Released);
        }

        Assert.Equal(VMState.Released, pair.A.Get("web01").State);
        var refused = pair.A.Refused(Methods.StartVM, new StartVM { Name = "web01" });
        Assert.Equal(("VMMoved", "Get-VM -Name web01 -ComputerName b"), (refused.Id, refused.RecommendedAction));
        Assert.Equal("Remove-VM -Name web01 -Force", pair.A.Refused(Methods.RemoveVM, new RemoveVM { Name = "web01" }).RecommendedAction);
        Assert.Equal(machine.DiskPath, pair.A.Client.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", Force = true, DeleteDisk = true }, new CallOptions { WhatIf = true }).DiskPath);
        Assert.Equal(machine.DiskPath, pair.A.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", Force = true, DeleteDisk = true }).DiskPath);
        Assert.Equal(2, Directory.GetFiles(pair.SharedFolder(), "*.qcow2").Length);
        var ended = pair.A.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }).Operation;
        Assert.Equal((OperationState.Failed, "MoveAbandoned"), (ended.State, ended.ErrorId));

        // Should the other come back after all, its half goes too: whoever removed this one has decided for both.
        await pair.StartAgentAsync(pair.B);
        await Poll.UntilAsync(() => pair.Where("web01").Length == 0, "nothing of it on either host");
        Assert.True(File.Exists(machine.DiskPath));
        Directory.Delete(pair.SharedFolder(), recursive: true);
        if (isRestarted)
        {
            pair.A.Release(MovePoint.Released);
        }
    }

    private static VM Make(HostPair pair)
    {
        var disk = Path.Combine(pair.SharedFolder(), "web01.qcow2");
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDPath = disk, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });

        // Its lease stands beside the lower of two layers, neither of which a host that has no say in it merges or deletes.
        pair.A.Checkpoint("web01", "one", includeMemory: false);
        return pair.A.Start("web01");
    }

    private static Guid HostId(TestHost host) => Guid.Parse(File.ReadAllText(Path.Combine(host.StateFolder, "host-id")).Trim());
}
