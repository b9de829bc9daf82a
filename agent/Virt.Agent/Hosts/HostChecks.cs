using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Hosts;

/// <summary>The checks of Test-VirtHost: each says what was found and, where something is missing, the command that mends it.</summary>
internal sealed class HostChecks(AgentPaths paths, HostFacts facts, Accelerator accelerator, QemuVersion qemu, SELinuxLabels labels)
{
    private const long LowSpaceBytes = 2L << 30;

    public async Task<HostCheck[]> RunAsync(CancellationToken cancellation)
    {
        var version = await qemu.ReadAsync(cancellation).ConfigureAwait(false);
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        var package = architecture == "x86_64" ? "qemu-system-x86" : "qemu-system-arm";
        var other = architecture == "x86_64" ? Architecture.Arm64 : Architecture.X64;
        var checks = new List<HostCheck>
        {
            version is null
                ? Missing("QEMU", $"{QemuVersion.Program} is not installed: no VM can start.", package)
                : Ok("QEMU", $"QEMU {version} is installed."),
            Programs.Find("qemu-img") is null ? Missing("qemu-img", "qemu-img is not installed: no disk can be made.", "qemu-utils") : Ok("qemu-img", "qemu-img is installed."),
            HasUefi("/", RuntimeInformation.OSArchitecture)
                ? Ok("UEFI", "The UEFI firmware for generation 2 is installed.")
                : Missing("UEFI", "No UEFI firmware is installed: VMs of generation 2 cannot start.", architecture == "x86_64" ? "ovmf" : "qemu-efi-aarch64"),
            Programs.Find("swtpm") is null
                ? Warning("TPM", "swtpm is not installed: no VM can have a virtual TPM.", "sudo apt-get install swtpm")
                : Ok("TPM", "swtpm is installed: VMs can have virtual TPMs."),
            Machines(architecture),
            OtherCpu("/", other, await qemu.ReadAsync(QemuVersion.ProgramOf(other), cancellation).ConfigureAwait(false)),
            accelerator.IsHardware
                ? Ok("Accelerator", accelerator.Reason)
                : Warning("Accelerator", accelerator.Reason + " They run many times slower.", "Enable virtualization in the firmware, or nested virtualization for this machine."),
            Ok("Control groups", $"Memory, CPU and process limits use cgroup version {facts.CgroupVersion}."),
            Labels(),
            Capability(),
            Space(),
        };
        return [.. checks];
    }

    /// <summary>Whether machines can have a CPU that the host has not. Few need it: a host without is as it should be.</summary>
    /// <param name="root">The root of /usr; <c>/</c> but in tests.</param>
    /// <param name="other">That CPU.</param>
    /// <param name="version">Of its QEMU; null: it is not installed.</param>
    internal static HostCheck OtherCpu(string root, Architecture other, string? version)
    {
        const string Name = "Other CPUs";
        var (text, packages) = other == Architecture.Arm64 ? ("arm64", "qemu-system-arm qemu-efi-aarch64") : ("x64", "qemu-system-x86 ovmf");
        return (version, HasUefi(root, other)) switch
        {
            (null, _) => Ok(Name, $"VMs have this host's CPU alone: {QemuVersion.ProgramOf(other)}, which emulates {text}, is not installed.") with { RecommendedAction = $"sudo apt-get install {packages}" },
            (_, false) => Warning(Name, $"QEMU {version} emulates {text} (-Architecture), but UEFI firmware for it is not installed.", $"sudo apt-get install {packages}"),
            _ => Ok(Name, $"QEMU {version} emulates {text}: VMs can have that CPU (-Architecture)."),
        };
    }

    // What Vms.Firmware looks for.
    private static bool HasUefi(string root, Architecture architecture) =>
        (architecture == Architecture.Arm64 ? (string[])["usr/share/AAVMF/AAVMF_CODE.no-secboot.fd", "usr/share/AAVMF/AAVMF_CODE.fd"] : ["usr/share/OVMF/OVMF_CODE_4M.fd", "usr/share/OVMF/OVMF_CODE.fd"]).Any(path => File.Exists(Path.Combine(root, path)));

    private static HostCheck Ok(string name, string message) => new() { Name = name, Result = CheckResult.Ok, Message = message };

    private static HostCheck Warning(string name, string message, string action) =>
        new() { Name = name, Result = CheckResult.Warning, Message = message, RecommendedAction = action };

    private static HostCheck Missing(string name, string message, string package) =>
        new() { Name = name, Result = CheckResult.Failed, Message = message, RecommendedAction = $"sudo apt-get install {package}" };

    private HostCheck Machines(string architecture) =>
        MachineParts.Find("/", Programs.Find(QemuVersion.Program), architecture == "x86_64" ? Architecture.X64 : Architecture.Arm64, paths.Images).Missing is { } missing
            ? Warning("Container machines", $"{char.ToUpperInvariant(missing.Cause[0])}{missing.Cause[1..]}: no container can be in a virtual machine of its own.", missing.Action)
            : Ok("Container machines", "Containers can be in virtual machines of their own (-Isolation VM).");

    private HostCheck Labels() => labels switch
    {
        { IsPresent: false } => Ok("SELinux", "SELinux is not in use: containers have no labels."),
        { IsUsed: false } => Warning("SELinux", $"SELinux is in use, but {labels.Problem}: containers run without labels of their own.", labels.Action),
        _ => Ok("SELinux", $"SELinux is {(labels.IsEnforcing ? "enforcing" : "permissive")}: containers run as {SELinuxLabels.TypeOf(labels.Of(ContainerLabelKind.Container, "").Process)}, each with categories of its own."),
    };

    private static HostCheck Capability() => Environment.IsPrivilegedProcess
        ? Ok("Rights", "The agent runs as root.")
        : new HostCheck { Name = "Rights", Result = CheckResult.Failed, Message = "The agent does not run as root: it can start no container.", RecommendedAction = "sudo systemctl restart virt-agent" };

    private HostCheck Space()
    {
        var free = new DriveInfo(paths.State).AvailableFreeSpace;
        return free >= LowSpaceBytes
            ? Ok("Disk space", $"{free >> 30} GB are free in '{paths.State}'.")
            : Warning("Disk space", $"Only {free >> 20} MB are free in '{paths.State}'.", $"df -h '{paths.State}'");
    }
}
