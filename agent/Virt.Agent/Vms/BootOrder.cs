using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>In which order a machine's firmware looks for something to start: pure.</summary>
internal static class BootOrder
{
    /// <summary>Of a machine whose kernel is started directly: nothing is looked for.</summary>
    public static int? None(string name) => null;

    /// <summary>From the name of a drive or a network adapter to its place, from 1: those that the user has named first, then the first disk, then the other drives in their order. An adapter that is not named has none.</summary>
    public static Func<string, int?> Of(VmSpec spec)
    {
        var names = new List<string>(spec.BootOrder.Concat(spec.Drives.Select(static drive => drive.Name).Prepend(VmDriveRules.FirstDisk)).Distinct(StringComparer.Ordinal));
        return name => names.IndexOf(name) is >= 0 and var index ? index + 1 : null;
    }

    /// <summary>The network adapters that it may start from: those that the user has named.</summary>
    public static IEnumerable<string> Adapters(VmSpec spec) => spec.BootOrder.Where(AdapterDevice.IsName);

    /// <summary>The same without what it does not have any more.</summary>
    public static VmSpec Without(VmSpec spec, string name) => spec.BootOrder.Contains(name) ? spec with { BootOrder = [.. spec.BootOrder.Where(other => other != name)] } : spec;

    /// <summary>What starts from an adapter is in its ROM: a BIOS knows none by itself, UEFI virtio's alone.</summary>
    public static bool NeedsRom(VmSpec spec, VMNetworkAdapterModel model) => spec.Generation == 1 || model != VMNetworkAdapterModel.Virtio;
}
