using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the paths of disk images: those in the folder that is typed so far, else the disks of VMs.</summary>
public sealed class VHDPathCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVHD, new GetVHD { Paths = pattern.StartsWith("/", System.StringComparison.Ordinal) ? [pattern] : [] }).Items
            .Select(item => (item.Path, $"{item.Path}: {item.Format}, {item.SizeBytes >> 20} MB{(item.VMName.Length > 0 ? ", of VM " + item.VMName : "")}"));
}
