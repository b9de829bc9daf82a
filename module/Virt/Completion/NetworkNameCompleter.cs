using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of networks.</summary>
public sealed class NetworkNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVirtNetwork, new GetVirtNetwork { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.Mode} {string.Join(", ", item.Subnets)}".TrimEnd()));
}
