using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What Set-VM makes of a machine.</summary>
public sealed class VmChangeTests
{
    private static readonly VmSpec Present = new() { MemoryBytes = 256L << 20, ProcessorCount = 1, Generation = 2, Notes = "old", After = ["db"] };

    [Fact]
    public void What_is_not_given_stays()
    {
        var to = VmChange.Apply(Present, new SetVM());
        Assert.Equal(Present, to);
    }

    [Fact]
    public void What_a_run_cannot_change_waits_and_comes_about_when_it_has_ended()
    {
        var to = VmChange.Apply(Present, new SetVM { MemoryStartupBytes = (512L << 20) - 1, ProcessorCount = 4, Notes = "new" });
        Assert.Equal((256L << 20, 1, "new"), (to.MemoryBytes, to.ProcessorCount, to.Notes));
        Assert.Equal(["MemoryBytes 512MB", "ProcessorCount 4"], to.Pending!.Words());
        var after = to.Pending.ApplyTo(to);
        Assert.Equal((512L << 20, 4, null), (after.MemoryBytes, after.ProcessorCount, after.Pending));
    }

    [Fact]
    public void What_waited_already_goes_on_waiting_until_it_is_taken_back()
    {
        var waiting = VmChange.Apply(Present, new SetVM { ProcessorCount = 4 });
        Assert.Equal(["MemoryBytes 1GB", "ProcessorCount 4"], VmChange.Apply(waiting, new SetVM { MemoryStartupBytes = 1L << 30 }).Pending!.Words());
        Assert.Null(VmChange.Apply(waiting, new SetVM { ProcessorCount = 1 }).Pending);
    }
}
