using System;

namespace Virt.Agent.Vms;

/// <content>Memory. Source: QEMU's docs/memory-hotplug.txt.</content>
public sealed partial class QemuArguments
{
    private const string MemoryOfLargePages = "ram0";

    /// <summary>What is behind a memory module, as QMP's object-add names it.</summary>
    public static string MemoryOf(VmDimm dimm) => "mem-" + dimm.Name;

    /// <summary>Whether an emulated guest's writes could be lost while its memory is written or moved: only its first memory can be of an odd size, and only where its pages are small.</summary>
    public static bool LosesWrites(VmSpec spec, string accelerator) =>
        accelerator == "tcg" && (spec.AddedMemory.Count > 0 || spec.BackingPageSize == VMBackingPageSize.Large);

    private void AddMemory(VmSpec spec)
    {
        var isLarge = spec.BackingPageSize == VMBackingPageSize.Large;
        var size = host.Accelerator == "tcg" && !isLarge ? FormattableString.Invariant($"{(spec.MemoryBytes - OddBytes) >> 10}K") : FormattableString.Invariant($"{spec.MemoryBytes >> 20}M");

        // Room costs the guest nothing but is hardware: only for who asks for it.
        Add("-m", spec.MaximumMemoryBytes > spec.MemoryBytes ? FormattableString.Invariant($"{size},slots={VmMemoryRules.MostDimms},maxmem={spec.MaximumMemoryBytes >> 20}M") : size);
        if (isLarge)
        {
            Add("-object", FormattableString.Invariant($"memory-backend-memfd,id={MemoryOfLargePages},hugetlb=on,size={spec.MemoryBytes}"));
        }

        // In the order in which they came, so that each has the address that the guest knows it by.
        foreach (var dimm in spec.AddedMemory)
        {
            Add("-object", FormattableString.Invariant($"memory-backend-{(isLarge ? "memfd" : "ram")},id={MemoryOf(dimm)},{(isLarge ? "hugetlb=on," : "")}size={dimm.SizeBytes}"));
            Add("-device", $"pc-dimm,id={dimm.Name},memdev={MemoryOf(dimm)}");
        }
    }
}
