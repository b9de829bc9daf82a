using System;
using System.IO;
using System.Text.Json;
using Virt.Agent.Networks;
using Virt.Agent.Vms;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What is read from proc(5) and QEMU, and what becomes of it.</summary>
public sealed class MeasureTests
{
    [Fact]
    public void A_process_has_the_time_of_its_threads_and_the_memory_that_is_in_no_file()
    {
        var root = Directory.CreateTempSubdirectory("virt-proc-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "7"));
            File.WriteAllText(Path.Combine(root, "7", "stat"), "7 (a ) b) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 9 9 20 0 3 0 100 1 1\n");
            File.WriteAllText(Path.Combine(root, "7", "status"), "Name:\ta\nVmRSS:\t    9000 kB\nRssAnon:\t    1000 kB\nRssFile:\t    7000 kB\nRssShmem:\t      24 kB\n");
            Assert.Equal(new ProcessUsage(TimeSpan.FromSeconds(3), 1024 << 10), ProcessUsage.Read(7, root));
            Assert.Null(ProcessUsage.Read(8, root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void A_process_of_this_machine_can_be_read() => Assert.True(ProcessUsage.Read(Environment.ProcessId)!.Value.MemoryBytes > 0);

    [Fact]
    public void A_links_counters_are_found_by_its_whole_name()
    {
        string[] lines = ["Inter-|   Receive", " face |bytes", "    lo: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0", "  v12: 300 3 0 0 0 0 0 0 4000 4 0 0 0 0 0 0", "   v1:5 0 0 0 0 0 0 0 6 0 0 0 0 0 0 0"];
        Assert.Equal(new LinkTraffic(5, 6), LinkTraffic.Find(lines, "v1"));
        Assert.Equal(new LinkTraffic(300, 4000), LinkTraffic.Find(lines, "v12"));
        Assert.Null(LinkTraffic.Find(lines, "v"));
    }

    [Fact]
    public void Disks_are_added_up_without_the_layers_below()
    {
        using var answer = JsonDocument.Parse("""
            [{"qdev": "a", "stats": {"rd_bytes": 1, "wr_bytes": 2, "rd_operations": 3, "wr_operations": 4}, "backing": {"stats": {"rd_bytes": 100}}},
             {"qdev": "b", "stats": {"rd_bytes": 10, "wr_bytes": 20, "rd_operations": 30, "wr_operations": 40}}]
            """);
        Assert.Equal(new DiskTraffic(11, 22, 33, 44), DiskTraffic.Sum(answer.RootElement));
    }

    [Fact]
    public void Rates_are_what_has_grown_by_time_and_none_where_it_has_shrunk()
    {
        var before = new VMMeasurement { CpuTime = TimeSpan.FromSeconds(1), ReadBytes = 100, WrittenBytes = 50, ReceivedBytes = 10 };
        var now = new VMMeasurement { CpuTime = TimeSpan.FromSeconds(2), ReadBytes = 300, WrittenBytes = 50, ReceivedBytes = 3, SentBytes = 7 };
        var rates = VmService.Rates(before, now, TimeSpan.FromSeconds(2));
        Assert.Equal((50.0, 100, 0L, null, null), (rates.CpuPercent!.Value, rates.ReadBytesPerSecond!.Value, rates.WrittenBytesPerSecond, rates.ReceivedBytesPerSecond, rates.SentBytesPerSecond));
        Assert.Null(VmService.Rates(before, now with { CpuTime = null }, TimeSpan.FromSeconds(2)).CpuPercent);
    }

    [Fact]
    public void How_busy_a_process_is_is_told_between_looks_that_are_far_enough_apart()
    {
        var clock = new Clock();
        var meter = new CpuMeter(TimeSpan.FromSeconds(3), clock);
        Assert.Null(meter.Look(TimeSpan.FromSeconds(3)));
        clock.Passed += TimeSpan.FromSeconds(2);
        Assert.Equal(50, meter.Look(TimeSpan.FromSeconds(4)));

        // A moment later the kernel's hundredths say nothing: what was told is told again, and the look does not count.
        clock.Passed += TimeSpan.FromMilliseconds(5);
        Assert.Equal(50, meter.Look(TimeSpan.FromMilliseconds(4010)));
        clock.Passed += TimeSpan.FromMilliseconds(995);
        Assert.Equal(200, meter.Look(TimeSpan.FromSeconds(6)));
        clock.Passed += TimeSpan.FromHours(1);
        Assert.Equal(0, meter.Look(TimeSpan.FromSeconds(6)));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
