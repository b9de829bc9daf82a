using System;
using Virt.Agent.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What Set-VM makes of a machine.</summary>
public sealed class VmChangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 4, 0, 0, TimeSpan.Zero);
    private static readonly VmSpec Present = new() { MemoryBytes = 256L << 20, ProcessorCount = 1, Generation = 2, Notes = "old", After = ["db"] };

    [Fact]
    public void What_is_not_given_stays()
    {
        var to = VmChange.Apply("web01", Present, new SetVM(), Now);
        Assert.Equal(Present, to);
    }

    [Fact]
    public void What_a_run_cannot_change_waits_and_comes_about_when_it_has_ended()
    {
        var to = VmChange.Apply("web01", Present, new SetVM { MemoryStartupBytes = (512L << 20) - 1, ProcessorCount = 4, Notes = "new" }, Now);
        Assert.Equal((256L << 20, 1, "new"), (to.MemoryBytes, to.ProcessorCount, to.Notes));
        Assert.Equal(["MemoryBytes 512MB", "ProcessorCount 4"], to.Pending!.Words());
        var after = to.Pending.ApplyTo(to);
        Assert.Equal((512L << 20, 4, null), (after.MemoryBytes, after.ProcessorCount, after.Pending));
    }

    [Fact]
    public void What_memory_came_in_a_run_is_what_the_next_one_begins_with()
    {
        var grown = Present with { MaximumMemoryBytes = 1L << 30, AddedMemory = [new VmDimm { Name = "dimm1", SizeBytes = 128L << 20 }] };
        var next = grown.FromNextStart();
        Assert.Equal((384L << 20, 0), (next.MemoryBytes, next.AddedMemory.Count));
        Assert.Null(VmChange.Apply("web01", grown, new SetVM { MemoryStartupBytes = 384L << 20 }, Now).Pending);
        var less = VmChange.Apply(grown, new SetVMMemory { StartupBytes = 256L << 20, BackingPageSize = VMBackingPageSize.Large, MaximumBytes = 0 });
        Assert.Equal(["MemoryBytes 256MB", "MaximumBytes 0", "BackingPageSize Large"], less.Pending!.Words());
        Assert.Equal((256L << 20, 0, 0L, VMBackingPageSize.Large), (less.FromNextStart().MemoryBytes, less.FromNextStart().AddedMemory.Count, less.FromNextStart().MaximumMemoryBytes, less.FromNextStart().BackingPageSize));
        Assert.Equal(384L << 20, VmChange.Apply("web01", grown, new SetVM { ProcessorCount = 2 }, Now).FromNextStart().MemoryBytes);
    }

    [Theory]
    [InlineData(256, 0, "")]
    [InlineData(255, 0, "not taken")]
    [InlineData(128, 0, "not taken")]
    [InlineData(257, 128, "")]
    [InlineData(500, 256, "")]
    [InlineData(641, 0, "room for")]
    public void A_machine_that_runs_gets_whole_blocks_within_its_room(long wantedMegabytes, long addedMegabytes, string why)
    {
        var (dimm, words) = VmMemoryRules.Grow(Present with { MaximumMemoryBytes = 640L << 20 }, wantedMegabytes << 20);
        Assert.Equal(addedMegabytes << 20, dimm?.SizeBytes ?? 0);
        Assert.Contains(why, words, System.StringComparison.Ordinal);
        Assert.Contains("-MaximumBytes", VmMemoryRules.Grow(Present, 2L << 30).Why, System.StringComparison.Ordinal);
        Assert.Equal("dimm3", VmMemoryRules.Grow(Present with { MaximumMemoryBytes = 1L << 30, AddedMemory = [new VmDimm { Name = "dimm2", SizeBytes = 128L << 20 }] }, 512L << 20).Dimm!.Name);
    }

    [Fact]
    public void How_its_guest_is_asked_changes_at_once_and_another_question_takes_the_place_of_all()
    {
        var asked = VmChange.Apply("web01", Present, new SetVM { Health = new HealthCheckChange { TcpPort = 80, Retries = 2 } }, Now);
        Assert.Equal((80, 2, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)), (asked.Health!.TcpPort, asked.Health.Retries, asked.Health.Interval, asked.Health.StartPeriod));
        Assert.Null(asked.Pending);

        // The same object where nothing is said: whoever asks by it asks on.
        Assert.Same(asked.Health, VmChange.Apply("web01", asked, new SetVM { Notes = "x", Health = new HealthCheckChange() }, Now).Health);
        var other = VmChange.Apply("web01", asked, new SetVM { Health = new HealthCheckChange { Command = ["true"], Interval = TimeSpan.FromSeconds(1) } }, Now).Health!;
        Assert.Equal((0, 2, TimeSpan.FromSeconds(1)), (other.TcpPort, other.Retries, other.Interval));
        Assert.Null(VmChange.Apply("web01", asked, new SetVM { Health = new HealthCheckChange { TcpPort = 0 } }, Now).Health);
    }

    [Theory]
    [InlineData(null, null, null, 5, "InvalidHealth", "Set-VM -Name web01 -HealthTcp 80")]
    [InlineData(65536, null, null, null, "InvalidHealthTcp", "Set-VM -Name web01 -HealthTcp 80")]
    [InlineData(null, "ftp://x/", null, null, "InvalidHealthHttp", "Set-VM -Name web01 -HealthHttp http://127.0.0.1/")]
    [InlineData(80, null, 0, null, "InvalidHealthInterval", "Set-VM -Name web01 -HealthIntervalSeconds 30")]
    public void What_cannot_be_asked_is_refused(int? port, string? url, int? interval, int? retries, string id, string action)
    {
        var change = new HealthCheckChange { TcpPort = port, HttpUrl = url, Interval = interval is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Retries = retries };
        var error = Assert.Throws<VirtException>(() => VmChange.Apply("web01", Present, new SetVM { Health = change }, Now));
        Assert.Equal((ErrorCode.InvalidArgument, id, action), (error.Code, error.Id, error.RecommendedAction));
    }

    [Fact]
    public void What_waited_already_goes_on_waiting_until_it_is_taken_back()
    {
        var waiting = VmChange.Apply("web01", Present, new SetVM { ProcessorCount = 4 }, Now);
        Assert.Equal(["MemoryBytes 1GB", "ProcessorCount 4"], VmChange.Apply("web01", waiting, new SetVM { MemoryStartupBytes = 1L << 30 }, Now).Pending!.Words());
        Assert.Null(VmChange.Apply("web01", waiting, new SetVM { ProcessorCount = 1 }, Now).Pending);
    }
}
