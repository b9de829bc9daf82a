using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>What the agent itself takes of memory with a shop's machines.</summary>
internal static class DefinedBenchmark
{
    private const int Defined = 100;
    private const int Running = 5;

    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        for (var i = 0; i < Defined; i++)
        {
            agent.Client.Invoke(Methods.NewVM, new NewVM { Name = Name(i), MemoryStartupBytes = 64 << 20, SwitchName = "none" });
        }

        for (var i = 0; i < Running; i++)
        {
            agent.Client.Invoke(Methods.StartVM, new StartVM { Name = Name(i) });
        }

        agent.Client.Invoke(Methods.GetVM, new GetVM());
        var ours = Samples.Of(agent.RestedMB());
        using var libvirt = Libvirt.IsInstalled ? Libvirt.Start() : null;
        if (libvirt is not null)
        {
            Libvirt.Define(setting.Work, 0, Defined);
            Libvirt.Virsh(string.Join("; ", Enumerable.Range(0, Running).Select(static i => "start " + Name(i))));
            Libvirt.Virsh("list", "--all");
            Thread.Sleep(2000);
        }

        yield return new Row("Agent: resident memory with 100 VMs defined, 5 of them running", "MB", ours, libvirt is null ? "libvirt is not installed" : "libvirtd", libvirt is null ? null : Samples.Of(Virt.Benchmarks.Run.ResidentMB(libvirt.Pid)), "< 30 MB");
        if (libvirt is not null)
        {
            Libvirt.Virsh(string.Join("; ", Enumerable.Range(0, Running).Select(static i => "destroy " + Name(i))));
            Libvirt.Virsh(string.Join("; ", Enumerable.Range(0, Defined).Select(static i => "undefine " + Name(i))));
        }
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"vm{i}");
}
