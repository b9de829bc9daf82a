using System;
using System.Runtime.InteropServices;
using Virt.Agent.Hosts;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Machines of another CPU than their host's, which are emulated whatever the host has (docs/adr/0040).</summary>
internal static class MachineArchitecture
{
    /// <summary>What of the host decides how a machine's QEMU is started: of one of another CPU, never KVM.</summary>
    public static QemuHost Of(VMArchitecture machine, QemuHost host)
    {
        var cpu = CpuOf(machine, host.Architecture);
        return cpu == host.Architecture ? host : new QemuHost(cpu, "tcg", Firmware.Find("/", cpu), VmNetwork.HasVhost("tcg"));
    }

    /// <summary>The CPU of a machine on such a host.</summary>
    public static Architecture CpuOf(VMArchitecture machine, Architecture host) => machine switch
    {
        VMArchitecture.X64 => Architecture.X64,
        VMArchitecture.Arm64 => Architecture.Arm64,
        _ => host,
    };

    /// <summary>As hosts, images and archives say it: <c>x64</c>, <c>arm64</c>.</summary>
    public static string TextOf(Architecture architecture) => architecture == Architecture.Arm64 ? "arm64" : "x64";

    /// <summary>The other way; null: this agent knows none of that name.</summary>
    public static VMArchitecture? Named(string text) => text switch
    {
        "x64" => VMArchitecture.X64,
        "arm64" => VMArchitecture.Arm64,
        _ => null,
    };

    /// <summary>What is written down of a new machine: its host's own is not left to whichever host it comes to.</summary>
    public static VMArchitecture Fixed(VMArchitecture asked, Architecture host) => CpuOf(asked, host) == Architecture.Arm64 ? VMArchitecture.Arm64 : VMArchitecture.X64;

    /// <summary>The packages that bring QEMU and UEFI for it.</summary>
    public static string PackagesOf(string architecture) => architecture == "arm64" ? "qemu-system-arm qemu-efi-aarch64" : "qemu-system-x86 ovmf";

    /// <summary>A machine of another CPU needs what few hosts have: that is said before it is made.</summary>
    /// <param name="verb">What is done: <c>create</c>, <c>import</c>.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="asked">Its CPU.</param>
    /// <param name="generation">Its generation.</param>
    /// <param name="host">The host's CPU.</param>
    /// <exception cref="VirtException">InvalidArgument; NotSupported.</exception>
    public static void Check(string verb, string machine, VMArchitecture asked, int generation, Architecture host)
    {
        if (!Enum.IsDefined(asked))
        {
            throw NewVMCheck.Bad(machine, "InvalidArchitecture", $"this agent knows no architecture {asked}", $"New-VM -Name {machine} -Architecture Arm64", verb);
        }

        var cpu = CpuOf(asked, host);
        var program = QemuVersion.ProgramOf(cpu);
        if (cpu != host && WhatIsMissing(program, Programs.Find(program) is not null, generation == 2 && Firmware.Find("/", cpu).UefiCode is null) is { } missing)
        {
            throw new VirtException(ErrorCode.NotSupported, "ArchitectureNotInstalled", $"Cannot {verb} VM '{machine}': its CPU is {TextOf(cpu)}, and on this host, which is {TextOf(host)}, {missing}.", machine, $"sudo apt-get install {PackagesOf(TextOf(cpu))}");
        }
    }

    /// <summary>What an emulator lacks; null: nothing.</summary>
    public static string? WhatIsMissing(string program, bool hasProgram, bool lacksUefi) => (hasProgram, lacksUefi) switch
    {
        (false, false) => $"{program} is not installed",
        (false, true) => $"{program} and its UEFI firmware are not installed",
        (true, true) => $"the UEFI firmware of {program} is not installed",
        _ => null,
    };

    /// <summary>A guest gets the agent of its host, which its CPU must be able to run.</summary>
    /// <exception cref="VirtException">NotSupported.</exception>
    public static void CheckAgent(string verb, string machine, VMArchitecture asked, Architecture host, string action)
    {
        if (CpuOf(asked, host) is var cpu && cpu != host)
        {
            throw new VirtException(ErrorCode.NotSupported, "AgentNotForGuest", $"Cannot {verb} VM '{machine}': its CPU is {TextOf(cpu)}, and the agent that its guest would get is its host's, which is for {TextOf(host)}.", machine, action);
        }
    }
}
