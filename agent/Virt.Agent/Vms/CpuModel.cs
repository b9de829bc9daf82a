using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// Models of processors: all that the host has, or a baseline that many hosts have, so that a machine can move between them. Source: the x86-64 psABI's microarchitecture levels.
/// </summary>
internal static class CpuModel
{
    /// <summary>All that the host has; where guests are emulated, all that can be.</summary>
    public const string Host = "Host";

    // Signing return addresses as the architecture's own cipher does costs an emulated guest a third of its time; any other hash is as good to it. Source: QEMU's docs/system/arm/cpu-features.rst, pauth-impdef.
    private const string EmulatedArm = "max,pauth-impdef=on";

    private static readonly string[] Level1 = ["cx8", "cmov", "fxsr", "mmx", "sse", "sse2"];
    private static readonly string[] Level2 = [.. Level1, "cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"];
    private static readonly string[] Level3 = [.. Level2, "aes", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"];
    private static readonly string[] Level4 = [.. Level3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];

    // As /proc/cpuinfo calls what each needs.
    private static readonly Dictionary<string, string[]> Baselines = new(StringComparer.OrdinalIgnoreCase)
    {
        ["x86-64-v1"] = Level1,
        ["x86-64-v2"] = Level2,
        ["x86-64-v3"] = Level3,
        ["x86-64-v4"] = Level4,
    };

    // QEMU's own names, where they differ.
    private static readonly Dictionary<string, string> QemuNames = new(StringComparer.Ordinal) { ["lahf_lm"] = "lahf-lm", ["sse4_1"] = "sse4.1", ["sse4_2"] = "sse4.2" };

    /// <summary>The model of that name, as it is written; <see cref="Host"/>: null.</summary>
    /// <exception cref="VirtException">InvalidArgument: there is none. NotSupported: not on this host.</exception>
    public static string? Find(string machine, string name, Architecture architecture, string accelerator, IEnumerable<string> hostFlags)
    {
        if (name.Equals(Host, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (Baselines.Keys.FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } model)
        {
            if (architecture == Architecture.Arm64)
            {
                throw new VirtException(ErrorCode.InvalidArgument, "InvalidProcessorModel", $"Cannot change VM '{machine}': there is no model '{name}' of processors of arm64; {Host} is there.", machine, $"Set-VMProcessor {machine} -Model {Host}");
            }

            throw new VirtException(ErrorCode.InvalidArgument, "InvalidProcessorModel", $"Cannot change VM '{machine}': there is no model '{name}' of processors; {Host}, {string.Join(", ", Baselines.Keys)} are there.", machine, $"Set-VMProcessor {machine} -Model x86-64-v2");
        }

        if (architecture != Architecture.X64)
        {
            throw new VirtException(ErrorCode.NotSupported, "ProcessorModelNotSupported", $"Cannot change VM '{machine}': its CPU is {MachineArchitecture.TextOf(architecture)}; '{model}' is a baseline of x64.", machine, $"Set-VMProcessor {machine} -Model {Host}");
        }

        // Emulated, Linux 6.1 stands still for ever in its boot where this processor has xsave (QEMU 7.2), without which there is no AVX; AVX-512 is not emulated at all.
        IEnumerable<string> given = accelerator == "kvm" ? hostFlags : Level2;
        var missing = Baselines[model].Except(given, StringComparer.Ordinal).ToList();
        return missing.Count == 0
            ? model
            : throw new VirtException(ErrorCode.NotSupported, "ProcessorModelNotSupported", $"Cannot change VM '{machine}': '{model}' needs {string.Join(' ', missing)}, which {(accelerator == "kvm" ? "this host's CPU has not" : "an emulated guest cannot have")}.", machine, $"Set-VMProcessor {machine} -Model x86-64-v2");
    }

    /// <summary>It is the name of a baseline.</summary>
    public static bool IsBaseline(string? name) => name is not null && Baselines.ContainsKey(name);

    /// <summary>What of a host's processor a guest may use.</summary>
    public static IEnumerable<string> FlagsOf(string? model, IEnumerable<string> hostFlags) => model is null ? hostFlags : Baselines[model];

    /// <summary>QEMU's <c>-cpu</c>. A host that cannot give all of a baseline does not start the machine.</summary>
    public static string QemuTextOf(string? model, string accelerator, Architecture architecture) => model is null
        ? accelerator == "kvm" ? "host" : architecture == Architecture.Arm64 ? EmulatedArm : "max"
        : "qemu64,-svm," + string.Concat(Baselines[model].Except(Level1, StringComparer.Ordinal).Select(static flag => $"+{QemuNames.GetValueOrDefault(flag, flag)},")) + "enforce";

    /// <summary>QEMU's <c>-smp</c>.</summary>
    public static string TopologyOf(VmSpec spec) => spec is { CoresPerSocket: 0, ThreadsPerCore: <= 1 }
        ? FormattableString.Invariant($"{spec.ProcessorCount}")
        : FormattableString.Invariant($"{spec.ProcessorCount},sockets={SocketsOf(spec)},cores={CoresOf(spec)},threads={ThreadsOf(spec)}");

    /// <summary>Threads of each core.</summary>
    public static int ThreadsOf(VmSpec spec) => Math.Max(1, spec.ThreadsPerCore);

    /// <summary>Cores of each socket.</summary>
    public static int CoresOf(VmSpec spec) => spec.CoresPerSocket > 0 ? spec.CoresPerSocket : Math.Max(1, spec.ProcessorCount / ThreadsOf(spec));

    /// <summary>Sockets.</summary>
    public static int SocketsOf(VmSpec spec) => spec.ProcessorCount / CoresOf(spec) / ThreadsOf(spec);

    /// <exception cref="VirtException">InvalidArgument: the parts do not make up the whole.</exception>
    public static void CheckTopology(string machine, VmSpec spec)
    {
        if (spec.ThreadsPerCore is < 0 or > 2 || spec.CoresPerSocket < 0 || SocketsOf(spec) * CoresOf(spec) * ThreadsOf(spec) != spec.ProcessorCount)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "InvalidTopology",
                FormattableString.Invariant($"Cannot change VM '{machine}': {spec.ProcessorCount} processors are no whole number of sockets of {spec.CoresPerSocket} cores with {spec.ThreadsPerCore} threads (1 or 2) each."),
                machine,
                $"Set-VMProcessor {machine} -Count {Math.Max(1, spec.CoresPerSocket) * 2} -CoreCountPerSocket {Math.Max(1, spec.CoresPerSocket)} -ThreadCountPerCore 1");
        }
    }
}
