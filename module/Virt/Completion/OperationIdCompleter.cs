using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the ids of operations, newest first.</summary>
public sealed class OperationIdCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVirtOperation, new GetVirtOperation()).Items.Select(item => (item.Id.ToString(), $"{item}: {item.State}"));
}
