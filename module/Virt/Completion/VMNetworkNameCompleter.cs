using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of networks that a VM can be in: the host's, and QEMU's own.</summary>
public sealed class VMNetworkNameCompleter : HostCompleter
{
    private static readonly (string Text, string ToolTip)[] Own =
    [
        ("isolated", "isolated: an address and nobody to talk to"),
        ("user", "user: QEMU's own NAT"),
    ];

    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVirtNetwork, new GetVirtNetwork { Names = [pattern] }).Items.Where(static item => item.Mode != VirtNetworkMode.Host)
            .Select(item => (item.Name, $"{item.Name}: {item.Mode} {string.Join(", ", item.Subnets)}".TrimEnd()))
            .Concat(Own.Where(own => new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(own.Text)));
}
