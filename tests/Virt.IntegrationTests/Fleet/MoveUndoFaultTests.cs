using System.IO;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A move that has failed is being undone, and the agent that undoes it is killed in the middle: undoing goes on after its restart.</summary>
public sealed class MoveUndoFaultTests(SharedPair fixture) : IClassFixture<SharedPair>
{
    public static MatrixTheoryData<string, bool> Cases => new(MovePoint.Undo, [true, false]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_machine_stays_where_it_was_and_nothing_stays_where_it_was_going(string point, bool isShared)
    {
        var pair = await fixture.GetAsync();
        pair.A.Faults = MovePoint.Stopped + "=fail";
        pair.B.Faults = "";
        var at = MoveCut.At(pair, point);
        at.Faults += (at.Faults.Length > 0 ? "," : "") + point + "=kill";
        await Task.WhenAll(pair.RestartAsync(pair.A), pair.RestartAsync(pair.B));
        pair.A.Faults = pair.B.Faults = "";
        var path = isShared ? Path.Combine(pair.SharedFolder(), "web01.qcow2") : null;
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Generation = 1, MemoryStartupBytes = 32L << 20, NewVHDSizeBytes = 8L << 20, NewVHDPath = path, SwitchName = "none" });
        var machine = pair.A.Start("web01");
        var lease = Lease.Of(machine);
        pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b", IncludeStorage = true });
        await at.EndedByFaultAsync().WaitAsync(Poll.Limit);
        await pair.StartAgentAsync(at);

        MoveCut.AssertTruth(pair);
        await MoveCut.SettledAsync(pair, [("a", VMState.Running)]);
        MoveCut.AssertLease(pair.A, machine, lease, hasMoved: false);
        Assert.Equal([machine.ProcessId!.Value], TestHost.ProcessesOf(machine.Id.ToString("D")));
        Assert.Empty(MoveCut.DisksOf(pair.B));

        // It can be moved as if nothing had been.
        await pair.RestartAsync(pair.A);
        Assert.Equal(VMState.Running, HostPair.Move(pair.A, "web01", "b", includeStorage: true).State);
        pair.B.Invoke(Methods.RemoveVM, new RemoveVM { Name = "web01", DeleteDisk = true, Force = true });
        fixture.IsClean = true;
    }
}
