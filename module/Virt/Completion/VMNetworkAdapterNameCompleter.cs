using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of network adapters.</summary>
public sealed class VMNetworkAdapterNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVMNetworkAdapter, new GetVMNetworkAdapter { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name} of {item.VMName}, in network {item.Network}"));
}
