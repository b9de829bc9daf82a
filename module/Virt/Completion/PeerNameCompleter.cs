using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of peers.</summary>
public sealed class PeerNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVirtPeer, new GetVirtPeer { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.Address}"));
}
