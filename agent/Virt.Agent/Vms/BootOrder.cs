using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>In which order a machine's firmware looks for something to start: pure.</summary>
internal static class BootOrder
{
    /// <summary>Of a machine whose kernel is started directly: nothing is looked for.</summary>
    public static int? None(string name) => null;

    /// <summary>From a drive's name to its place, from 1: those that the user has named first, then the first disk, then the others in their order.</summary>
    public static Func<string, int?> Of(VmSpec spec)
    {
        var names = new List<string>(spec.BootOrder.Concat(spec.Drives.Select(static drive => drive.Name).Prepend(VmDriveRules.FirstDisk)).Distinct(StringComparer.Ordinal));
        return name => names.IndexOf(name) is >= 0 and var index ? index + 1 : null;
    }
}
