using System.Collections.Generic;
using System.Diagnostics;
using System.IO;

namespace Virt.Benchmarks;

/// <summary>Machines that start from a booted state of their image, beside a bare QEMU that goes on from what another one has saved.</summary>
internal static class WarmBenchmark
{
    private const long Disk = 1L << 30;

    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        var (qemu, lender) = Machine.Bare(agent, setting, Disk);
        var state = Path.Combine(setting.Work, "warm.state");
        SaveBare(qemu, state);

        using var shell = Session.Open(setting, setting.Shell, agent.Endpoint.Text, "warm.ps1");
        var warm = new Case("Virt", beside =>
        {
            var figures = Session.Ask(shell, "");
            beside.Add(figures[0]);
            return figures[1];
        });
        var bare = new Case("QEMU", () => RestoreBare(setting, qemu, lender.DiskPath, state));
        Case.Interleave(setting.Rounds(20), warm, bare);
        shell.StandardInput.Close();
        shell.WaitForExit();
        yield return new Row("`New-VM -Warm` as typed, until the guest agent has answered with the guest's own host name", "ms", warm.Samples, "bare QEMU from a saved state, `guest-exec` of `hostname`: still the other guest's", bare.Samples, "< 500 ms");
        yield return new Row("`New-VM -Warm` as typed: made, with a host name, machine id, addresses and random numbers of its own", "ms", warm.Beside, "the same", bare.Samples);
    }

    // As a hand would do it: a guest that is up, and its memory in a file.
    private static void SaveBare(BareQemu qemu, string state)
    {
        using var process = qemu.StartUnconfined();
        try
        {
            using var monitor = new BareMonitor(qemu.MonitorSocket, process);
            monitor.Ask("""{"execute":"cont"}""");
            qemu.WaitForGuestAgent(process);
            monitor.Ask("""{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"events","state":true}]}}""");
            monitor.Ask("""{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":1152921504606846976}}""");
            monitor.Ask("""{"execute":"stop"}""");
            monitor.Ask($$"""{"execute":"migrate","arguments":{"uri":"exec:cat > {{state}}"} }""");
            monitor.WaitFor("MIGRATION", static data => data.GetProperty("status").GetString() == "completed");
            monitor.Ask("""{"execute":"quit"}""");
            process.WaitForExit();
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    private static double RestoreBare(Setting setting, BareQemu qemu, string disk, string state)
    {
        var folder = Path.Combine(setting.Work, "warm");
        Directory.CreateDirectory(folder);
        var own = Path.Combine(folder, "disk.qcow2");
        var start = Stopwatch.GetTimestamp();
        Virt.Benchmarks.Run.Output(Virt.Benchmarks.Run.Find("qemu-img")!, "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", disk, own);
        var one = qemu.In(folder, disk, own);
        using var process = one.StartFrom(state);
        try
        {
            using var monitor = new BareMonitor(one.MonitorSocket, process);
            while (monitor.Ask("""{"execute":"query-status"}""").GetProperty("status").GetString() == "inmigrate")
            {
                // Asked again at once.
            }

            monitor.Ask("""{"execute":"cont"}""");
            one.RunHostName(process);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }
}
