using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of VMs and of containers.</summary>
public sealed class WorkloadNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVM, new GetVM { Names = [pattern] }).Items.Select(item => (item.Name, $"VM {item.Name}: {item.State}"))
            .Concat(host.Invoke(Methods.GetContainer, new GetContainer { Names = [pattern] }).Items.Select(item => (item.Name, $"container {item.Name}: {item.State}")));
}
