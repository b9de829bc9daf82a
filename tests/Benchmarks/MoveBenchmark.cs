using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>A live move between two agents, beside what QEMU does by itself between two processes.</summary>
internal static class MoveBenchmark
{
    private const long Memory = 256 << 20;
    private const long Disk = 64 << 20;

    public static IEnumerable<Row> Run(Setting setting)
    {
        using var a = new Agent(setting, options: ["--name", "a", "--peer-listen", "127.0.0.1:7711"]);
        using var b = new Agent(setting, options: ["--name", "b", "--peer-listen", "127.0.0.2:7711"]);
        var code = b.Client.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        a.Client.Invoke(Methods.AddVirtPeer, new AddVirtPeer { Address = code.Address, Code = code.Code });
        foreach (var copiesDisk in new[] { false, true })
        {
            foreach (var row in Run(setting, a, b, copiesDisk))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<Row> Run(Setting setting, Agent a, Agent b, bool copiesDisk)
    {
        var (qemu, disk) = Bare(setting, a, copiesDisk ? "bare-disk" : "bare");
        var move = new BareMove(setting, qemu, disk);
        var name = copiesDisk ? "moved-disk" : "moved";
        Boot(a, name, writes: copiesDisk);
        var (from, to, target) = (a, b, "b");
        Samples ourDowntime = new(), bareDowntime = new(), bareGap = new(), bareAlone = new();
        var ours = new Case("Virt", _ =>
        {
            // There, and the next time back.
            var start = Stopwatch.GetTimestamp();
            var moved = from.Client.Invoke(Methods.MoveVM, new MoveVM
            {
                Name = name,
                DestinationHost = target,
                IncludeStorage = copiesDisk,
                DestinationStoragePath = copiesDisk ? Folder(setting, target) : null,
            });
            var total = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (copiesDisk && moved.DiskBytesSent < Disk)
            {
                throw new InvalidOperationException($"Only {moved.DiskBytesSent} of the disk's {Disk} bytes were copied.");
            }

            ourDowntime.Add(moved.Downtime.TotalMilliseconds);
            (from, to, target) = (to, from, target == "b" ? "a" : "b");
            return total;
        });
        var bare = new Case("QEMU", _ => move.Run(bareDowntime, bareGap, bareAlone, copiesDisk));
        Case.Interleave(setting.Rounds(10), ours, bare);

        var what = copiesDisk ? "Live move of a 256 MB guest and its disk of 64 MB" : "Live move of an idle 256 MB guest, disk reached by both";
        var goal = copiesDisk ? "≤ 1.5×" : "≤ 1.3×";
        var standstill = copiesDisk ? "" : "≤ its + 20 ms";
        yield return new Row($"{what}: in all", "ms", ours.Samples, copiesDisk ? "bare QEMU: second process started, mirror, `migrate`" : "bare QEMU: second process started, `migrate`", bare.Samples, goal);
        yield return new Row($"{what}: in all", "ms", ours.Samples, "bare QEMU, the second process waiting already", bareAlone, goal);
        yield return new Row($"{what}: the guest stands still", "ms", ourDowntime, "bare QEMU, from STOP until `cont` is answered", bareGap, standstill);
        yield return new Row($"{what}: the guest stands still", "ms", ourDowntime, "bare QEMU, as its source tells: without what the other side does", bareDowntime, standstill);
    }

    private static string Folder(Setting setting, string name)
    {
        var folder = Path.Combine(setting.Work, "disks-" + name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static VM Boot(Agent agent, string name, bool writes)
    {
        var vm = agent.Client.Invoke(Methods.NewVM, new NewVM { Name = name, Image = "starter", Generation = 1, MemoryStartupBytes = Memory, SwitchName = "user", NewVHDSizeBytes = Disk });
        vm = agent.Client.Invoke(Methods.StartVM, new StartVM { Id = vm.Id, Name = vm.Name });
        agent.Client.Invoke(Methods.WaitVM, new WaitVM { Id = vm.Id, Name = vm.Name, For = WaitCondition.GuestAgent });
        if (writes)
        {
            // A disk that is full of something, so that all of it travels.
            var exit = agent.Client.Invoke(Methods.InvokeVMCommand, new InvokeVMCommand { Id = vm.Id, Name = vm.Name, Command = ["sh", "-c", "dd if=/dev/urandom of=/dev/vda bs=1M count=64 && sync"] });
            if (exit.ExitCode != 0)
            {
                throw new InvalidOperationException($"The guest could not write its disk (exit code {exit.ExitCode}).");
            }

            // Anew, so that its memory is as idle as the other's: what it wrote would still be in it.
            agent.Client.Invoke(Methods.StopVM, new StopVM { Id = vm.Id, Name = vm.Name, TurnOff = true });
            vm = agent.Client.Invoke(Methods.StartVM, new StartVM { Id = vm.Id, Name = vm.Name });
            agent.Client.Invoke(Methods.WaitVM, new WaitVM { Id = vm.Id, Name = vm.Name, For = WaitCondition.GuestAgent });
        }

        return vm;
    }

    // A machine that lends its folder, its disk and its arguments, and does not run itself.
    private static (BareQemu Qemu, string Disk) Bare(Setting setting, Agent agent, string name)
    {
        var vm = Boot(agent, name, writes: name == "bare-disk");
        vm = agent.Client.Invoke(Methods.GetVM, new GetVM { Names = [name] }).Items.Single();
        var qemu = BareQemu.From(vm.ProcessId ?? throw new InvalidOperationException("The machine has no process."), vm.DiskPath, setting.Work);
        agent.Client.Invoke(Methods.StopVM, new StopVM { Id = vm.Id, Name = vm.Name, TurnOff = true });
        return (qemu, vm.DiskPath);
    }
}
