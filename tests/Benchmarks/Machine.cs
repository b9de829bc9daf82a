using System;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>The starter guest with 256 MB, as most benchmarks of machines use it.</summary>
internal static class Machine
{
    public const long MemoryBytes = 256 << 20;

    /// <summary>Defines one.</summary>
    public static VM New(Agent agent, string name, long diskBytes = 0) =>
        agent.Client.Invoke(Methods.NewVM, new NewVM { Name = name, Image = "starter", Generation = 1, MemoryStartupBytes = MemoryBytes, SwitchName = "user", NewVHDSizeBytes = diskBytes > 0 ? diskBytes : null });

    /// <summary>Starts one, and waits until its guest's agent answers.</summary>
    public static VM Boot(Agent agent, VM vm)
    {
        vm = agent.Client.Invoke(Methods.StartVM, new StartVM { Id = vm.Id, Name = vm.Name });
        agent.Client.Invoke(Methods.WaitVM, new WaitVM { Id = vm.Id, Name = vm.Name, For = WaitCondition.GuestAgent });
        return vm;
    }

    /// <summary>QEMU with the arguments of a machine that lends them, and does not run itself.</summary>
    public static (BareQemu Qemu, VM Lender) Bare(Agent agent, Setting setting, long diskBytes = 0)
    {
        var vm = New(agent, "bare", diskBytes);
        vm = agent.Client.Invoke(Methods.StartVM, new StartVM { Id = vm.Id, Name = vm.Name });
        var qemu = BareQemu.From(vm.ProcessId ?? throw new InvalidOperationException("The machine has no process."), vm.DiskPath, setting.Work);
        agent.Client.Invoke(Methods.StopVM, new StopVM { Id = vm.Id, Name = vm.Name, TurnOff = true });
        return (qemu, vm);
    }
}
