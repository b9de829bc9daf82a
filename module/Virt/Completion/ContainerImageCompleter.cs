using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of images of containers.</summary>
public sealed class ContainerImageCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.Description}"));
}
