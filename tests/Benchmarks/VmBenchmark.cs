using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>A machine's start, beside QEMU with the same arguments, and beside libvirt.</summary>
internal static class VmBenchmark
{
    public static IEnumerable<Row> Run(Setting setting)
    {
        using var agent = new Agent(setting);
        var create = new Samples();
        var ours = new Case("Virt", guest => Boot(agent, create, guest));
        var (qemu, _) = Machine.Bare(agent, setting);
        var bare = new Case("QEMU", qemu.Boot);
        using var libvirt = Libvirt.IsInstalled ? Libvirt.Start() : null;
        var virsh = new Case("libvirt", () => BootLibvirt(setting));
        Case.Interleave(setting.Rounds(10), libvirt is null ? [ours, bare] : [ours, bare, virsh]);

        yield return new Row("VM: made", "ms", create, "", null);
        yield return new Row("VM: until its start has returned and it runs", "ms", ours.Samples, "bare QEMU, same arguments, until its monitor has said `cont`", bare.Samples);
        yield return new Row("VM: the same, our own time beyond bare QEMU's", "ms", ours.Samples.Beyond(bare.Samples), "", null, "< 20 ms");
        yield return new Row("VM: until its start has returned and it runs", "ms", ours.Samples, libvirt is null ? "libvirt is not installed" : "`virsh start`", virsh.Samples.OrNull);
        yield return new Row("VM: until the guest agent answers (start to user space)", "ms", ours.Beside, "bare QEMU, same arguments", bare.Beside);
    }

    private static double Boot(Agent agent, Samples create, Samples guest)
    {
        var made = Stopwatch.GetTimestamp();
        var vm = Machine.New(agent, "bench");
        create.Add(Stopwatch.GetElapsedTime(made).TotalMilliseconds);
        var start = Stopwatch.GetTimestamp();
        agent.Client.Invoke(Methods.StartVM, new StartVM { Id = vm.Id, Name = vm.Name });
        var running = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        agent.Client.Invoke(Methods.WaitVM, new WaitVM { Id = vm.Id, Name = vm.Name, For = WaitCondition.GuestAgent });
        guest.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        agent.Client.Invoke(Methods.RemoveVM, new RemoveVM { Id = vm.Id, Name = vm.Name, DeleteDisk = true, Force = true });
        return running;
    }

    private static double BootLibvirt(Setting setting)
    {
        var image = Path.Combine(setting.Images, "vms/starter");
        var xml = Path.Combine(setting.Work, "start.xml");
        File.WriteAllText(xml, $"""
            <domain type='qemu'><name>start</name><memory unit='MiB'>256</memory>
              <os><type arch='x86_64' machine='q35'>hvm</type><kernel>{image}/vmlinuz</kernel><initrd>{image}/initramfs.cpio</initrd><cmdline>console=ttyS0 quiet</cmdline></os>
              <devices><interface type='user'><model type='virtio'/></interface></devices></domain>
            """);
        Libvirt.Virsh("define", xml);
        var start = Stopwatch.GetTimestamp();
        Libvirt.Virsh("start", "start");
        var running = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Libvirt.Virsh("destroy", "start");
        Libvirt.Virsh("undefine", "start");
        return running;
    }
}
