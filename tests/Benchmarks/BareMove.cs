using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json;

namespace Virt.Benchmarks;

/// <summary>A live move as QEMU does it by itself: two processes on one machine, a Unix socket between them, nobody who takes care.</summary>
internal sealed class BareMove(Setting setting, BareQemu qemu, string disk)
{
    private const string IsCompleted = "completed";

    /// <summary>Moves a booted guest once.</summary>
    /// <param name="downtime">Gets the milliseconds for which the source says that it stood still: without what the second process does before its guest goes on.</param>
    /// <param name="gap">Gets the milliseconds from the source's STOP until the second process has answered <c>cont</c>: what the guest misses.</param>
    /// <param name="migrateOnly">Gets the milliseconds without the start of the second process.</param>
    /// <param name="copiesDisk">Whether the second process has a disk of its own, which is mirrored first.</param>
    /// <returns>Milliseconds from the start of the second process until the guest runs there.</returns>
    public double Run(Samples downtime, Samples gap, Samples migrateOnly, bool copiesDisk)
    {
        var from = qemu.In(Path.Combine(setting.Work, "from"), disk, null);
        var copy = Path.Combine(setting.Work, "copy.qcow2");
        var to = qemu.In(Path.Combine(setting.Work, "to"), disk, copiesDisk ? copy : null);
        using var source = from.Start();
        try
        {
            using var monitor = new BareMonitor(from.MonitorSocket, source);
            monitor.Ask("""{"execute":"cont"}""");
            from.WaitForGuestAgent(source);
            return Move(from, to, monitor, downtime, gap, migrateOnly, copiesDisk ? copy : null);
        }
        finally
        {
            source.Kill();
            source.WaitForExit();
            File.Delete(copy);
        }
    }

    private double Move(BareQemu from, BareQemu to, BareMonitor source, Samples downtime, Samples gap, Samples migrateOnly, string? copy)
    {
        var stream = Path.Combine(setting.Work, "stream.sock");
        var blocks = Path.Combine(setting.Work, "blocks.sock");
        File.Delete(stream);
        File.Delete(blocks);
        var start = Stopwatch.GetTimestamp();
        if (copy is not null)
        {
            Virt.Benchmarks.Run.Output("qemu-img", "create", "-q", "-f", "qcow2", copy, $"{SizeOf(source)}");
        }

        using var target = to.Start("-incoming", "defer");
        try
        {
            using var monitor = new BareMonitor(to.MonitorSocket, target);
            var begin = Stopwatch.GetTimestamp();
            Set(source, copy is not null);
            Set(monitor, copy is not null);
            monitor.Ask("""{"execute":"migrate-incoming","arguments":{"uri":"unix:SOCKET"}}""".Replace("SOCKET", stream, StringComparison.Ordinal));
            if (copy is not null)
            {
                Mirror(source, monitor, blocks);
            }

            source.Ask("""{"execute":"migrate","arguments":{"uri":"unix:SOCKET"}}""".Replace("SOCKET", stream, StringComparison.Ordinal));
            if (copy is not null)
            {
                source.WaitFor("MIGRATION", static data => Status(data) == "pre-switchover");
                source.Ask("""{"execute":"block-job-cancel","arguments":{"device":"mirror0"}}""");
                source.WaitFor("BLOCK_JOB_COMPLETED");
                monitor.Ask("""{"execute":"nbd-server-stop"}""");
                source.Ask("""{"execute":"migrate-continue","arguments":{"state":"pre-switchover"}}""");
            }

            source.WaitFor("MIGRATION", static data => Status(data) == IsCompleted);
            // The events of the target come in their own time; without waiting for its end it would refuse to go on.
            monitor.WaitFor("MIGRATION", static data => Status(data) == IsCompleted);
            monitor.Ask("""{"execute":"cont"}""");
            var end = Stopwatch.GetTimestamp();
            // As Virt counts it: RESUME is told before QEMU has woken its devices and CPUs, the answer comes after that.
            gap.Add((DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds - source.Turned);
            downtime.Add(source.Ask("""{"execute":"query-migrate"}""").GetProperty("downtime").GetInt64());
            migrateOnly.Add(Stopwatch.GetElapsedTime(begin, end).TotalMilliseconds);
            return Stopwatch.GetElapsedTime(start, end).TotalMilliseconds;
        }
        finally
        {
            target.Kill();
            target.WaitForExit();
        }
    }

    // The same that Virt sets, so that what differs is ours.
    private static void Set(BareMonitor monitor, bool pauses)
    {
        var pause = pauses ? "true" : "false";
        monitor.Ask("""{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"events","state":true},{"capability":"pause-before-switchover","state":PAUSE}]}}""".Replace("PAUSE", pause, StringComparison.Ordinal));
        monitor.Ask("""{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":10000000000}}""");
    }

    private static void Mirror(BareMonitor source, BareMonitor target, string socket)
    {
        target.Ask("""{"execute":"nbd-server-start","arguments":{"addr":{"type":"unix","data":{"path":"SOCKET"}}}}""".Replace("SOCKET", socket, StringComparison.Ordinal));
        target.Ask("""{"execute":"block-export-add","arguments":{"type":"nbd","id":"e0","node-name":"disk0","writable":true}}""");
        source.Ask("""{"execute":"blockdev-add","arguments":{"driver":"nbd","node-name":"target0","export":"disk0","server":{"type":"unix","path":"SOCKET"}}}""".Replace("SOCKET", socket, StringComparison.Ordinal));
        source.Ask("""{"execute":"blockdev-mirror","arguments":{"job-id":"mirror0","device":"disk0","target":"target0","sync":"full"}}""");
        source.WaitFor("BLOCK_JOB_READY");
    }

    private static long SizeOf(BareMonitor source)
    {
        foreach (var node in source.Ask("""{"execute":"query-named-block-nodes"}""").EnumerateArray())
        {
            if (node.GetProperty("node-name").GetString() == "disk0")
            {
                return node.GetProperty("image").GetProperty("virtual-size").GetInt64();
            }
        }

        throw new InvalidOperationException("The machine has no disk.");
    }

    private static string? Status(JsonElement data) => data.GetProperty("status").GetString();
}
