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

/// <summary>The move of a stopped machine with UEFI variables is cut off at every point that it passes: disk and variables are whole, and on one host only.</summary>
public sealed class MoveColdFaultTests(SharedPair fixture) : IClassFixture<SharedPair>
{
    // The points of a live move alone.
    private static readonly string[] Live = [MovePoint.Mirrored, MovePoint.Stopped, MovePoint.MirrorEnded];

    private static readonly (string Point, Harm Harm)[] Others =
    [
        (MovePoint.Receiving, Harm.OtherAgent), (MovePoint.KeptSent, Harm.OtherAgent), (MovePoint.KeptReceived, Harm.OtherAgent), (MovePoint.Copying, Harm.OtherAgent), (MovePoint.Loaded, Harm.OtherAgent), (MovePoint.Prepared, Harm.OtherAgent), (MovePoint.Released, Harm.OtherAgent),
        (MovePoint.Owned, Harm.OtherAgent), (MovePoint.Taken, Harm.OtherAgent), (MovePoint.Copying, Harm.Cable), (MovePoint.Prepared, Harm.Cable), (MovePoint.Released, Harm.Cable),
    ];

    public static TheoryData<string, Harm> Cases
    {
        get
        {
            var cases = new TheoryData<string, Harm>();
            foreach (var (point, harm) in MovePoint.All.Except(Live).Select(static point => (point, Harm.OwnAgent)).Concat(Others))
            {
                cases.Add(point, harm);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Whatever_is_harmed_disk_and_variables_are_whole_and_on_one_host(string point, Harm harm)
    {
        var pair = await fixture.GetAsync();
        var (a, b) = (pair.A, pair.B);
        await MoveCut.ArmAsync(pair, point, harm);
        var machine = a.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 2, MemoryStartupBytes = 64L << 20, NewVHDSizeBytes = 8L << 20, SwitchName = "none" });
        await MoveCut.FillAsync(a);
        var variables = Mark(Variables(a, machine));
        var lease = Lease.Of(machine);
        var sum = await MoveCut.SumsAsync(a);
        var isOpen = harm != Harm.OwnAgent && point is MovePoint.Prepared or MovePoint.Promised;
        (string, VMState)[] expected = isOpen ? [("a", VMState.Stopped), ("b", VMState.Stopped)] : [(MoveCut.IsDecided(point) ? "b" : "a", VMState.Stopped)];
        var (owner, _) = await MoveCut.MoveAsync(pair, point, harm, machine, expected);
        var (mine, others) = owner == "a" ? (a, b) : (b, a);
        var there = mine.Get("web01");
        MoveCut.AssertLease(mine, there, lease, hasMoved: owner == "b");
        Assert.Equal(sum, await MoveCut.SumsAsync(mine));
        Assert.Equal(variables, await File.ReadAllBytesAsync(Variables(mine, machine), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(Variables(others, machine)));
        Assert.Equal("VMNotFound", others.Refused(Methods.StartVM, new StartVM { Name = "web01" }).Id);
        Assert.Empty(MoveCut.DisksOf(others));
        Assert.Equal(VMState.Running, mine.Start("web01").State);
        mine.Stop("web01", turnOff: true);
        await MoveCut.CheckCheckpointAsync(mine, others);
        mine.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true });
        fixture.IsClean = true;
    }

    // Behind all that the firmware uses.
    private static byte[] Mark(string path)
    {
        var bytes = File.ReadAllBytes(path);
        Random.Shared.NextBytes(bytes.AsSpan(^16..));
        File.WriteAllBytes(path, bytes);
        return bytes;
    }

    private static string Variables(TestHost host, VM vm) => Path.Combine(host.StateFolder, "vms", vm.Id.ToString("N"), "nvram.fd");
}
