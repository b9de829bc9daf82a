using System;
using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
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

    private static VM Make(HostPair pair)
    {
        var disk = Path.Combine(pair.SharedFolder(), "web01.qcow2");
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDPath = disk, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });
        return pair.A.Start("web01");
    }

    private static Guid HostId(TestHost host) => Guid.Parse(File.ReadAllText(Path.Combine(host.StateFolder, "host-id")).Trim());
}
