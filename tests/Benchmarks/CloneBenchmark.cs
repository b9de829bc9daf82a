using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>Linked copies of a machine, beside what QEMU's own programs take for the same.</summary>
internal static class CloneBenchmark
{
    private const long Disk = 2L << 30;
    private const int Many = 10;

    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        var (qemu, lender) = Machine.Bare(agent, setting, Disk);
        var source = Machine.New(agent, "source", Disk);
        var linked = new Case("Virt", () =>
        {
            var start = Stopwatch.GetTimestamp();
            var copies = agent.Client.Invoke(Methods.CopyVM, new CopyVM { Id = source.Id, Name = source.Name }).Items;
            var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Remove(agent, copies);
            return total;
        });
        var create = new Case("qemu-img", () =>
        {
            var file = Path.Combine(setting.Work, "linked.qcow2");
            var time = Virt.Benchmarks.Run.Time(Virt.Benchmarks.Run.Find("qemu-img")!, Overlay(lender.DiskPath, file));
            File.Delete(file);
            return time;
        });
        Case.Interleave(setting.Rounds(20), linked, create);
        yield return new Row("Linked copy of a VM with a disk of 2 GB", "ms", linked.Samples, "`qemu-img create -b`, the disk alone", create.Samples, "< 50 ms");

        var ten = new Case("Virt", () =>
        {
            var start = Stopwatch.GetTimestamp();
            var copies = agent.Client.Invoke(Methods.CopyVM, new CopyVM { Id = source.Id, Name = source.Name, Count = Many, Start = true }).Items;
            foreach (var copy in copies)
            {
                agent.Client.Invoke(Methods.WaitVM, new WaitVM { Id = copy.Id, Name = copy.Name, For = WaitCondition.GuestAgent });
            }

            var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Remove(agent, copies);
            return total;
        });
        var bareTen = new Case("QEMU", () => BootBare(setting, qemu, lender.DiskPath));
        Case.Interleave(setting.Rounds(3), ten, bareTen);
        yield return new Row("Ten linked copies made and started at once, until all guest agents answer", "ms", ten.Samples, "ten `qemu-img create -b`, then ten bare QEMUs at once", bareTen.Samples, "< 1.3×");
    }

    private static void Remove(Agent agent, IEnumerable<VM> copies)
    {
        foreach (var copy in copies)
        {
            agent.Client.Invoke(Methods.RemoveVM, new RemoveVM { Id = copy.Id, Name = copy.Name, DeleteDisk = true, Force = true });
        }
    }

    private static string[] Overlay(string below, string file) => ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", below, file];

    private static double BootBare(Setting setting, BareQemu qemu, string disk)
    {
        var start = Stopwatch.GetTimestamp();
        var all = Enumerable.Range(0, Many).Select(number =>
        {
            var folder = Path.Combine(setting.Work, FormattableString.Invariant($"ten{number}"));
            Directory.CreateDirectory(folder);
            var own = Path.Combine(folder, "disk.qcow2");
            Virt.Benchmarks.Run.Output(Virt.Benchmarks.Run.Find("qemu-img")!, Overlay(disk, own));
            return (Folder: folder, Qemu: qemu.In(folder, disk, own));
        }).ToList();
        var processes = all.ConvertAll(static one => one.Qemu.Start());
        try
        {
            var monitors = all.Zip(processes, static (one, process) => new BareMonitor(one.Qemu.MonitorSocket, process)).ToList();
            monitors.ForEach(static monitor => monitor.Ask("""{"execute":"cont"}"""));
            foreach (var (one, process) in all.Zip(processes))
            {
                one.Qemu.WaitForGuestAgent(process);
            }

            var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            monitors.ForEach(static monitor => monitor.Dispose());
            return total;
        }
        finally
        {
            foreach (var (process, one) in processes.Zip(all))
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
                Directory.Delete(one.Folder, recursive: true);
            }
        }
    }
}
