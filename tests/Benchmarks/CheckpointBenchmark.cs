using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text.Json;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>A checkpoint of a running guest with its memory, beside QEMU's own snapshot of the same guest.</summary>
internal static class CheckpointBenchmark
{
    private const long Disk = 64 << 20;

    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        var (qemu, _) = Machine.Bare(agent, setting, Disk);
        var vm = Machine.Boot(agent, Machine.New(agent, "held", Disk));
        using var process = qemu.Start();
        try
        {
            using var monitor = new BareMonitor(qemu.MonitorSocket, process);
            monitor.Ask("""{"execute":"cont"}""");
            qemu.WaitForGuestAgent(process);
            var ours = new Case("Virt", pause =>
            {
                var start = Stopwatch.GetTimestamp();
                var checkpoint = agent.Client.Invoke(Methods.CheckpointVM, new CheckpointVM { Id = vm.Id, Name = vm.Name, CheckpointName = "now" });
                var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                pause.Add(checkpoint.PauseDuration.TotalMilliseconds);
                agent.Client.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { Id = checkpoint.Id, Name = checkpoint.Name });
                return total;
            });
            var bare = new Case("QEMU", () =>
            {
                var start = Stopwatch.GetTimestamp();
                RunJob(monitor, "snapshot-save", """,{"tag":"now","vmstate":"disk0","devices":["disk0"]}""");
                var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                RunJob(monitor, "snapshot-delete", """,{"tag":"now","devices":["disk0"]}""");
                return total;
            });
            Case.Interleave(setting.Rounds(10), ours, bare);
            const string What = "Checkpoint of a running 256 MB guest with its memory";
            const string Peer = "QEMU's `snapshot-save` into its disk: the guest stands still for all of it";
            yield return new Row($"{What}: in all", "ms", ours.Samples, Peer, bare.Samples, "≤ 1.2×");
            yield return new Row($"{What}: the guest stands still", "ms", ours.Beside, Peer, bare.Samples, "< 100 ms");
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    // Starts a job, waits for its end, and throws it away.
    private static void RunJob(BareMonitor monitor, string command, string arguments)
    {
        var own = arguments.Replace(",{", "{\"job-id\":\"j\",", StringComparison.Ordinal);
        monitor.Ask($"{{\"execute\":\"{command}\",\"arguments\":{own}}}");
        monitor.WaitFor("JOB_STATUS_CHANGE", static data => data.GetProperty("status").GetString() == "concluded");
        foreach (var job in monitor.Ask("""{"execute":"query-jobs"}""").EnumerateArray())
        {
            if (job.TryGetProperty("error", out JsonElement error))
            {
                throw new InvalidOperationException($"QEMU's {command} failed: {error}");
            }
        }

        monitor.Ask("""{"execute":"job-dismiss","arguments":{"id":"j"}}""");
    }
}
