using System.Collections.Generic;
using System.Diagnostics;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>A command in a guest, beside one that is ordered over the socket of the guest's agent by hand.</summary>
internal static class GuestBenchmark
{
    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        var (qemu, _) = Machine.Bare(agent, setting);
        var vm = Machine.Boot(agent, Machine.New(agent, "guest"));
        using var process = qemu.Start();
        try
        {
            using var monitor = new BareMonitor(qemu.MonitorSocket, process);
            monitor.Ask("""{"execute":"cont"}""");
            qemu.WaitForGuestAgent(process);
            using var socket = qemu.ConnectGuestAgent(process);
            var ours = new Case("Virt", () =>
            {
                var start = Stopwatch.GetTimestamp();
                agent.Client.Invoke(Methods.InvokeVMCommand, new InvokeVMCommand { Id = vm.Id, Name = vm.Name, Command = ["true"] });
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            });
            var bare = new Case("QEMU", () => BareQemu.RunTrue(socket));
            Case.Interleave(setting.Rounds(50), ours, bare);
            yield return new Row("`Invoke-VMCommand` of `true`, through the client", "ms", ours.Samples, "`guest-exec` over the guest agent's socket, asked until it has ended", bare.Samples, "< 1.5×");
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
