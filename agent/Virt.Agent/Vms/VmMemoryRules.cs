using System;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What can be done with a machine's memory. Pure.</summary>
internal static class VmMemoryRules
{
    /// <summary>The least that a guest takes up at a time: a memory block of Linux on x64. Source: Linux, Documentation/admin-guide/mm/memory-hotplug.rst.</summary>
    public const long DimmBytes = 128L << 20;

    /// <summary>How many memory modules can come in one run.</summary>
    public const int MostDimms = 16;

    /// <summary>What a maximum may be: what a guest with few address lines can have.</summary>
    public const long MostBytes = 1L << 40;

    /// <exception cref="VirtException">InvalidArgument: less than it is started with. NotSupported: no memory can come on this architecture.</exception>
    public static void CheckMaximum(string name, VmSpec next, Architecture architecture)
    {
        var (memory, maximum) = (next.MemoryBytes, next.MaximumMemoryBytes);
        if (maximum == 0)
        {
            return;
        }

        if (architecture == Architecture.Arm64)
        {
            throw new VirtException(ErrorCode.NotSupported, "MemoryMaximumNotSupported", $"Cannot change VM '{name}': its CPU is arm64, whose machines get no memory while they run.", name, $"Set-VMMemory {name} -MaximumBytes 0");
        }

        if (maximum < memory || maximum > MostBytes)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidMemoryMaximum", $"Cannot change VM '{name}': its memory is {ByteText.Of(memory)} and its maximum {ByteText.Of(maximum)}; 0, or {ByteText.Of(memory)} to {ByteText.Of(MostBytes)}, are allowed.", name, $"Set-VMMemory {name} -MaximumBytes {ByteText.Of(NewVMCheck.RoundUp(memory, DimmBytes) * 2)}");
        }
    }

    /// <summary>What a machine that runs must get to have that much, and why it cannot get it; null and an empty text: nothing.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="wanted">How much it is to have.</param>
    public static (VmDimm? Dimm, string Why) Grow(VmSpec spec, long wanted)
    {
        var more = NewVMCheck.RoundUp(wanted, 1 << 20) - spec.AllMemory();
        if (more <= 0)
        {
            return (null, more == 0 ? "" : "what a guest has is not taken from it while it runs.");
        }

        var size = NewVMCheck.RoundUp(more, DimmBytes);
        if (spec.AllMemory() + size > spec.MaximumMemoryBytes)
        {
            return (null, spec.MaximumMemoryBytes == 0
                ? "it was started without room for more, which Set-VMMemory -MaximumBytes makes from a start on."
                : $"it was started with room for {ByteText.Of(spec.MaximumMemoryBytes)}, in steps of {ByteText.Of(DimmBytes)}.");
        }

        return spec.AddedMemory.Count < MostDimms
            ? (new VmDimm { Name = FormattableString.Invariant($"dimm{spec.AddedMemory.Select(static dimm => int.Parse(dimm.Name["dimm".Length..], System.Globalization.CultureInfo.InvariantCulture)).Append(0).Max() + 1}"), SizeBytes = size }, "")
            : (null, $"it has got {MostDimms} memory modules since it was started, which is as many as it has places.");
    }
}
