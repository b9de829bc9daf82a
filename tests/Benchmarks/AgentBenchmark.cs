using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace Virt.Benchmarks;

/// <summary>What the agent itself costs: its start, its memory, its size.</summary>
internal static class AgentBenchmark
{
    public static IEnumerable<Row> Run(Setting setting)
    {
        var ours = new Case("virt-agent", resident =>
        {
            using var agent = new Agent(setting, "again");
            // Idle is what it is after its start-up work is done.
            Thread.Sleep(300);
            resident.Add(Benchmarks.Run.ResidentMB(agent.Pid));
            return agent.ReadyMilliseconds;
        });
        var first = new Case("virt-agent, first", () =>
        {
            using var agent = new Agent(setting);
            return agent.ReadyMilliseconds;
        });
        var libvirt = new Case("libvirtd", resident =>
        {
            using var daemon = Libvirt.Start();
            Thread.Sleep(300);
            resident.Add(Benchmarks.Run.ResidentMB(daemon.Pid));
            return daemon.ReadyMilliseconds;
        });
        var rounds = setting.Rounds(20);
        Case.Interleave(rounds, Libvirt.IsInstalled ? [ours, first, libvirt] : [ours, first]);

        var peer = Libvirt.IsInstalled ? "libvirtd" : "libvirtd is not installed";
        yield return new Row("Agent: from its start until it has answered a hello", "ms", ours.Samples, peer, libvirt.Samples.OrNull, "< 20 ms");
        yield return new Row("Agent: the same with a state folder that it has to make first", "ms", first.Samples, "", null);
        yield return new Row("Agent: resident memory, idle", "MB", ours.Beside, peer, libvirt.Beside.OrNull, "< 20 MB");

        var podman = Benchmarks.Run.Find("podman");
        yield return new Row("Agent: size of its one binary", "MB", Size(setting.Agent), podman is null ? "podman is not installed" : "podman", podman is null ? null : Size(podman), "< 15 MB");
        yield return new Row("Agent: SQLite's library beside it", "MB", Size(setting.SqliteLibrary), "", null);
    }

    private static Samples Size(string file) => Samples.Of(new FileInfo(file).Length / 1048576.0);
}
