using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>What a user sees of a move while it runs.</summary>
public sealed class MoveProgressTests
{
    [Fact]
    public async Task Each_phase_has_percent_rate_and_time_left_and_that_of_the_memory_how_fast_the_guest_writes()
    {
        await using var pair = await HostPair.StartAsync();
        pair.A.Faults = $"{MovePoint.Mirrored}=hold,{MovePoint.Taken}=hold";
        pair.B.Faults = MovePoint.Promised + "=hold";
        await pair.RestartAsync(pair.A);
        await pair.RestartAsync(pair.B);
        pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = Guest.Memory, SwitchName = "user", NewVHDSizeBytes = 256L << 20 });
        pair.A.Boot("web01");
        pair.A.Run("web01", "dd if=/dev/urandom of=/data/f9 bs=1M count=32 2>/dev/null; sync");
        pair.A.Run("web01", Guest.Writer);
        var seen = new Recorder();
        var moving = Task.Run(() => HostPair.Move(pair.A, "web01", "b", includeStorage: true, seen), TestContext.Current.CancellationToken);

        // Held where it stands, so that no report is overtaken by the next.
        await pair.A.HeldAtAsync(MovePoint.Mirrored);
        var disk = await seen.AwaitAsync(static p => p is { PercentComplete: 60, BytesPerSecond: > 0, TimeLeft: not null }, "the copied disk");
        Assert.StartsWith("copying the disk", disk.Status, StringComparison.Ordinal);
        pair.A.Release(MovePoint.Mirrored);
        await pair.A.HeldAtAsync(MovePoint.Taken);
        var memory = await seen.AwaitAsync(static p => p is { PercentComplete: 99, BytesPerSecond: > 0, TimeLeft: not null, DirtyBytesPerSecond: > 0 } && p.Status.StartsWith("copied memory", StringComparison.Ordinal), "the copied memory");
        Assert.Equal(TimeSpan.Zero, memory.TimeLeft);
        pair.A.Release(MovePoint.Taken);
        var moved = await moving;
        Assert.True(moved.DirtyBytesPerSecond > 0);
        seen.AssertRising();

        // Stopped it goes back as a file.
        pair.B.Stop("web01", turnOff: true);
        seen = new Recorder();
        moving = Task.Run(() => HostPair.Move(pair.B, "web01", "a", includeStorage: true, seen), TestContext.Current.CancellationToken);
        await pair.B.HeldAtAsync(MovePoint.Promised);
        var file = await seen.AwaitAsync(static p => p is { PercentComplete: 99, BytesPerSecond: > 0, TimeLeft: not null }, "the copied file");
        Assert.StartsWith("copying the disk", file.Status, StringComparison.Ordinal);
        pair.B.Release(MovePoint.Promised);
        await moving;
        seen.AssertRising();
    }

    private sealed class Recorder : ICallObserver
    {
        private readonly Lock gate = new();
        private readonly List<ProgressInfo> seen = [];

        public void OnProgress(ProgressInfo progress)
        {
            lock (gate)
            {
                seen.Add(progress);
            }
        }

        public void OnOutput(byte[] bytes, bool isError)
        {
        }

        public void OnItem(Message message)
        {
        }

        public Task<ProgressInfo> AwaitAsync(Func<ProgressInfo, bool> condition, string what) => Poll.ForAsync(
            () =>
            {
                lock (gate)
                {
                    return seen.FirstOrDefault(condition);
                }
            },
            $"a report of {what}");

        public void AssertRising()
        {
            lock (gate)
            {
                var percents = seen.Select(static p => p.PercentComplete).OfType<int>().ToArray();
                Assert.NotEmpty(percents);
                Assert.Equal(percents.Order(), percents);
            }
        }
    }
}
