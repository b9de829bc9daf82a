using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of containers' network adapters.</summary>
public sealed class ContainerNetworkAdapterNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetContainerNetworkAdapter, new GetContainerNetworkAdapter { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name} of {item.ContainerName}, in network {item.Network}"));
}
