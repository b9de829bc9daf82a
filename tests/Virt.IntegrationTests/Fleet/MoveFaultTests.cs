using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Networks;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>
/// A live move with disks and checkpoints is cut off at every point by whatever can end, break or vanish. Afterwards the machine is on exactly one host, both hosts say so, its disk
/// is whole, and nobody else can start it.
/// </summary>
public sealed class MoveFaultTests(SharedPair fixture) : IClassFixture<SharedPair>
{
    // On a disk that both reach, where a second QEMU would be the end of it.
    private static readonly (string Point, Harm Harm)[] Shared =
    [
        (MovePoint.Launched, Harm.OwnAgent), (MovePoint.Stopped, Harm.OwnAgent), (MovePoint.Stopped, Harm.DestinationQemu), (MovePoint.Prepared, Harm.OwnAgent), (MovePoint.Prepared, Harm.OtherAgent),
        (MovePoint.Promised, Harm.OwnAgent), (MovePoint.Promised, Harm.SourceQemu), (MovePoint.Released, Harm.OwnAgent), (MovePoint.Released, Harm.DestinationQemu), (MovePoint.Released, Harm.Cable),
        (MovePoint.Owned, Harm.OwnAgent), (MovePoint.Owned, Harm.OtherAgent), (MovePoint.Running, Harm.OwnAgent), (MovePoint.Running, Harm.OtherAgent), (MovePoint.Leased, Harm.OwnAgent),
        (MovePoint.Taken, Harm.OwnAgent), (MovePoint.Emptied, Harm.OwnAgent),
    ];

    public static TheoryData<string, Harm, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, Harm, bool>();
            foreach (var point in MovePoint.All)
            {
                foreach (var harm in Enum.GetValues<Harm>().Where(harm => WhyNot(point, harm) is null))
                {
                    cases.Add(point, harm, false);
                }
            }

            foreach (var (point, harm) in Shared)
            {
                cases.Add(point, harm, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Whatever_is_harmed_at_whichever_point_the_machine_is_on_one_host_and_whole(string point, Harm harm, bool isShared)
    {
        var pair = await fixture.GetAsync();
        var (a, b) = (pair.A, pair.B);
        await MoveCut.ArmAsync(pair, point, harm);
        if (a.OwnNetworks().Length == 0)
        {
            a.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
            b.Make("lan", VirtNetworkMode.Bridge, "10.20.0.0/24");
        }

        var machine = await MakeAsync(a, isShared ? Path.Combine(pair.SharedFolder(), "web01.qcow2") : null);
        var lease = Lease.Of(machine);
        var sum = await MoveCut.SumsAsync(a);
        var (owner, state) = await MoveCut.MoveAsync(pair, point, harm, a.Start("web01"), Expected(point, harm));
        var (mine, others) = owner == "a" ? (a, b) : (b, a);
        if ((point, harm) == (MovePoint.Offering, Harm.Cable))
        {
            // The offer was on its way when the source took the machine back, and no kernel goes on sending it.
            Assert.Empty(await a.RunAsync("ss", "-Htan", "state", "fin-wait-1"));
        }

        // The operation says what came of it, also to whoever comes later.
        var operation = a.Invoke(Methods.GetVirtOperation, new GetVirtOperation()).Items.First(o => o.Method == "vm.move");
        Assert.Equal(owner == "b" ? OperationState.Completed : OperationState.Failed, operation.State);
        if (owner == "b")
        {
            AssertResult(a.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }), harm == Harm.DestinationQemu, isShared);
        }

        // One QEMU where it runs, none elsewhere; the lease is the owner's; the other has nothing of it and cannot get it.
        var there = mine.Get("web01");
        Assert.Equal(machine.Id, there.Id);
        await Poll.UntilAsync(() => TestHost.ProcessesOf(machine.Id.ToString("D")).SequenceEqual(there.ProcessId is { } one ? [one] : []), "one QEMU at most");
        MoveCut.AssertLease(mine, there, lease, hasMoved: owner == "b");
        Assert.Equal((1, 0), (mine.OwnNetworks()[0].UsedBy.Length, others.OwnNetworks()[0].UsedBy.Length));
        Assert.Equal("VMNotFound", others.Refused(Methods.StartVM, new StartVM { Name = "web01" }).Id);
        Assert.Equal(isShared ? "DiskLeased" : "DiskNotFound", others.Refused(Methods.NewVM, new NewVM { Name = "thief", MemoryStartupBytes = 32L << 20, VHDPath = there.DiskPath }).Id);
        Assert.Empty(MoveCut.DisksOf(others));

        if (state == VMState.Running)
        {
            mine.Stop("web01", turnOff: true);
        }

        Assert.Equal(sum, await MoveCut.SumsAsync(mine));
        mine.Start("web01");
        mine.Stop("web01", turnOff: true);
        await MoveCut.CheckCheckpointAsync(mine, others);
        mine.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true });
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(there.DiskPath)!));
        fixture.IsClean = true;
    }

    // Null: it is tried.
    private static string? WhyNot(string point, Harm harm) => (point, harm) switch
    {
        (MovePoint.Copying, _) => "a live move does not pass it",
        (MovePoint.Emptied, Harm.SourceQemu) => "it has been ended",
        (MovePoint.Offering or MovePoint.Receiving or MovePoint.KeptSent or MovePoint.KeptReceived, Harm.DestinationQemu) => "it has not been started",
        (MovePoint.Launched or MovePoint.Ready or MovePoint.Leased or MovePoint.Emptied, Harm.Cable) =>
            "nothing has crossed the link since the point before, and each cut costs the five seconds after which it is noticed",
        _ => null,
    };

    // Before the decision the source keeps it; afterwards it is the destination's. At the moment of the decision itself either is right, as long as both agree.
    private static (string Host, VMState State)[] Expected(string point, Harm harm)
    {
        (string, VMState) kept = ("a", harm == Harm.SourceQemu ? VMState.Failed : VMState.Running);
        (string, VMState) taken = ("b", harm == Harm.DestinationQemu ? VMState.Failed : VMState.Running);
        var isOpen = harm != Harm.OwnAgent && (point is MovePoint.Prepared or MovePoint.Promised || (point == MovePoint.Loaded && harm == Harm.SourceQemu));
        return isOpen ? [kept, taken] : MoveCut.IsDecided(point) ? [taken] : [kept];
    }

    // A QEMU that is killed at its new place may have been seen alive there a moment before.
    private static void AssertResult(OperationResult ended, bool isKilled, bool isShared)
    {
        var move = Methods.MoveVM.Result.Decode(Assert.IsType<byte[]>(ended.Result));
        Assert.Equal(("a", "b"), (move.SourceHost, move.DestinationHost));
        Assert.True(move.MemoryBytesSent > 0);
        Assert.Equal(!isShared, move.DiskBytesSent > 0);
        if (!isKilled)
        {
            Assert.Equal(VMState.Running, move.State);
            Assert.True(move.Downtime > TimeSpan.Zero && move.Downtime < move.TotalTime, $"downtime {move.Downtime} of {move.TotalTime}");
        }
    }

    private static async Task<VM> MakeAsync(TestHost host, string? path)
    {
        var made = host.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, NewVHDPath = path, SwitchName = "lan", Publish = ["8080:80"] });
        await MoveCut.FillAsync(host, path?.Replace("web01", "data", StringComparison.Ordinal));
        return made;
    }
}
