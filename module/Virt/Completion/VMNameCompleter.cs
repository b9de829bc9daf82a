using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of virtual machines.</summary>
public sealed class VMNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVM, new GetVM { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.State}"));
}
