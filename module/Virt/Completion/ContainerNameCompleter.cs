using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of containers.</summary>
public sealed class ContainerNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetContainer, new GetContainer { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.State}, {item.Image}"));
}
