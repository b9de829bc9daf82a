using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>A machine goes from one host to another and back, under real QEMU.</summary>
public sealed class MoveTests
{
    private static readonly ITestOutputHelper Output = TestContext.Current.TestOutputHelper!;

    [Fact]
    public async Task A_running_machine_without_a_disk_moves_there_and_back_and_goes_on()
    {
        await using var pair = await HostPair.StartAsync();
        var made = pair.A.Invoke(Methods.NewVM, new NewVM { Name = "web01", Image = "starter", Generation = 1, MemoryStartupBytes = 256L << 20, SwitchName = "user", NoVHD = true });
        var before = pair.A.Boot("web01");
        pair.A.Run("web01", "echo here > /run/mark; (while :; do cat /proc/uptime > /run/up; sleep 0.05; done) >/dev/null 2>&1 &");
        var there = HostPair.Move(pair.A, "web01", "b");
        Output.WriteLine(there.ToString() + $" total {there.TotalTime.TotalMilliseconds:0} ms, downtime {there.Downtime.TotalMilliseconds:0} ms, {there.MemoryBytesSent >> 20} MB, {there.MemoryRounds} rounds");
        Assert.Equal((VMState.Running, "a", "b", VMMoveMode.Live), (there.State, there.SourceHost, there.DestinationHost, there.Mode));
        Assert.True(there.Downtime > TimeSpan.Zero && there.Downtime < there.TotalTime);
        Assert.True(there.MemoryBytesSent > 0);
        Assert.Equal([("b", VMState.Running)], pair.Where("web01"));
        var after = pair.B.Wait("web01", WaitCondition.Healthy);
        Assert.Equal((made.Id, made.MacAddress, before.CreationTime, "", "tcg"), (after.Id, after.MacAddress, after.CreationTime, after.Status, after.Accelerator));
        Assert.True(after.Uptime > before.Uptime);
        Assert.Equal("here", pair.B.Run("web01", "cat /run/mark"));
        var up = pair.B.Run("web01", "cat /run/up");
        await Poll.UntilAsync(() => pair.B.Run("web01", "cat /run/up") != up, "the guest's clock goes on");

        var back = HostPair.Move(pair.B, "web01", "a");
        Output.WriteLine(back.ToString() + $" total {back.TotalTime.TotalMilliseconds:0} ms, downtime {back.Downtime.TotalMilliseconds:0} ms, {back.MemoryBytesSent >> 20} MB, {back.MemoryRounds} rounds");
        Assert.Equal([("a", VMState.Running)], pair.Where("web01"));
        Assert.Equal("here", pair.A.Run("web01", "cat /run/mark"));
        Assert.Equal(VMState.Stopped, pair.A.Stop("web01").State);
    }
}
