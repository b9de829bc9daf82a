using System;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.Tests.Module;

public sealed class MoveTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent { HostName = "a" }.WithVMs("web01");
    private readonly Shell shell;

    public MoveTests()
    {
        agent.On(Methods.MoveVM, (request, _) => new VMMove { VMName = request.Name, SourceHost = "a", DestinationHost = "b" });
        agent.On(Methods.CompareVM, (request, _) => new VMMovePlan
        {
            VMId = agent.VMs[0].Id,
            VMName = "web01",
            SourceHost = "a",
            DestinationHost = "b",
            Mode = VMMoveMode.Live,
            MemoryBytes = 256L << 20,
            IncludeStorage = request.IncludeStorage,
            Checkpoints = ["before", "after"],
            Disks = [new VMMoveDisk { Path = "/a/web01.qcow2", DestinationPath = "/b/web01.qcow2", SizeBytes = 8L << 30 }],
        });
        shell = new Shell(agent);
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Fact]
    public void WhatIf_shows_the_plan_lets_the_agent_check_and_moves_nothing()
    {
        Assert.Empty(shell.Run("Move-VM web01 -DestinationHost b -IncludeStorage -WhatIf -PassThru"));
        Assert.Empty(shell.Errors);
        var line = Assert.Single(shell.Host.Lines, static line => line.StartsWith("What if", StringComparison.Ordinal));
        Assert.Contains("web01 from host a to host b, while it runs, with 256 MB of memory, with its disk '/a/web01.qcow2' copied to '/b/web01.qcow2' (8 GB), with its 2 checkpoints", line);
        Assert.True(Assert.Single(agent.CallsOf(Methods.MoveVM)).Options.WhatIf);
        Assert.True(((CompareVM)Assert.Single(agent.CallsOf(Methods.CompareVM)).Request).IncludeStorage);
    }

    [Fact]
    public void WhatIf_of_what_would_fail_is_an_error()
    {
        agent.On(Methods.MoveVM, (_, _) => Refuse());
        shell.Run("Move-VM web01 -DestinationHost b -WhatIf");
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("DiskNotReachable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(shell.Host.Lines, static line => line.StartsWith("What if", StringComparison.Ordinal));
    }

    [Fact]
    public void Progress_shows_percent_time_left_and_both_rates()
    {
        agent.On(Methods.MoveVM, (request, call) =>
        {
            var info = new ProgressInfo { Activity = "Moving", Status = "copying memory", PercentComplete = 70, TimeLeft = TimeSpan.FromSeconds(3), BytesPerSecond = 300L << 20, DirtyBytesPerSecond = 20L << 20 };
            call.Send(buffer => MessageCodec.WriteNotification(buffer, Notifications.Progress, call.Message.Id, ProgressInfo.WireFormat, info));
            return new VMMove { VMName = request.Name };
        });
        shell.Run("Move-VM web01 -DestinationHost b");
        var shown = shell.Progress.First(static record => record.RecordType == ProgressRecordType.Processing);
        Assert.Equal((70, 3, "300.0 MB/s, the guest writes 20.0 MB/s"), (shown.PercentComplete, shown.SecondsRemaining, shown.CurrentOperation));
    }

    private static VMMove Refuse() => throw new VirtException(ErrorCode.Unavailable, "DiskNotReachable", "Cannot move VM 'web01' to host 'b': it does not reach the disk.", "web01", "Move-VM");
}
