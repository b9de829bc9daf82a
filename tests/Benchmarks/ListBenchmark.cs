using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>Get-VM with 1 and 1,000 machines, beside <c>virsh list --all</c> as a process and over one connection.</summary>
internal static class ListBenchmark
{
    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        using var libvirt = Libvirt.IsInstalled ? Libvirt.Start() : null;
        var shell = Session.Shells(setting).First();
        var made = 0;
        foreach (var count in new[] { 1, 1000 })
        {
            for (var i = made; i < count; i++)
            {
                agent.Client.Invoke(Methods.NewVM, new NewVM { Name = $"vm{i}", NoVHD = true, MemoryStartupBytes = 64 << 20 });
            }

            if (libvirt is not null)
            {
                Libvirt.Define(setting.Work, made, count);
            }

            made = count;
            var inSession = new Case("session", () => Session.Measure(setting, shell.Path, agent.Endpoint.Text, 40, setting.Module)["list"]);
            var call = new Case("call", () =>
            {
                var start = Stopwatch.GetTimestamp();
                agent.Client.Invoke(Methods.GetVM, new GetVM());
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            });
            var process = new Case("virsh", () =>
            {
                var start = Stopwatch.GetTimestamp();
                Libvirt.Virsh("list", "--all");
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            });
            // The process costs the same once: what one more list costs is the difference, divided.
            const int More = 20;
            var connected = new Case("virsh, connected", () =>
            {
                var once = Benchmarks.Run.Time(Benchmarks.Run.Find("virsh")!, "-q", "-c", "qemu:///system", "list --all");
                var often = Benchmarks.Run.Time(Benchmarks.Run.Find("virsh")!, "-q", "-c", "qemu:///system", string.Join("; ", Enumerable.Repeat("list --all", More + 1)));
                return (often - once) / More;
            });
            Case.Interleave(setting.Rounds(7), libvirt is null ? [inSession, call] : [inSession, call, process, connected]);

            var machines = count == 1 ? "1 VM" : $"{count:N0} VMs";
            var missing = "libvirt is not installed";
            yield return new Row($"`Get-VM` with {machines}, inside a session of {shell.Name}", "ms", inSession.Samples, libvirt is null ? missing : "`virsh list --all`, its process included", process.Samples.OrNull);
            yield return new Row($"The same call through the client, {machines}", "ms", call.Samples, libvirt is null ? missing : "`list --all` over one connection of virsh", connected.Samples.OrNull);
        }
    }
}
