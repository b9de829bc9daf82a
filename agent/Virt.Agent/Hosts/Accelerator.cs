using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Virt.Agent.Hosts;

/// <summary>Whether this host can run guests on its CPU or must emulate them.</summary>
/// <param name="Name"><c>kvm</c> or <c>tcg</c>, as QEMU's <c>-accel</c> takes it.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record Accelerator(string Name, string Reason)
{
    /// <summary>True where guests run on the CPU itself.</summary>
    public bool IsHardware => Name == "kvm";

    /// <summary>Finds out. A KVM device alone proves nothing: some hosts offer one without the CPU's virtualization, and a guest under it spins for ever.</summary>
    /// <param name="root">The root of /proc and /dev; <c>/</c> but in tests.</param>
    /// <param name="architecture">The host's.</param>
    public static Accelerator Detect(string root, Architecture architecture)
    {
        var device = Path.Combine(root, "dev/kvm");
        if (!File.Exists(device))
        {
            return new Accelerator("tcg", "Guests are emulated: there is no /dev/kvm.");
        }

        if (architecture == Architecture.X64 && !HasCpuFlag(Path.Combine(root, "proc/cpuinfo")))
        {
            return new Accelerator("tcg", "Guests are emulated: the CPU shows neither vmx nor svm, so /dev/kvm cannot be trusted.");
        }

        try
        {
            using var handle = File.OpenHandle(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return new Accelerator("kvm", "Guests run on the CPU by KVM.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Accelerator("tcg", $"Guests are emulated: /dev/kvm cannot be opened ({e.Message}).");
        }
    }

    private static bool HasCpuFlag(string cpuinfo) =>
        File.Exists(cpuinfo)
        && File.ReadLines(cpuinfo).Any(line => line.StartsWith("flags", StringComparison.Ordinal) && line.Split(' ').Any(flag => flag is "vmx" or "svm"));
}
