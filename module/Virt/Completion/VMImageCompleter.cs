using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of images of virtual machines.</summary>
public sealed class VMImageCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVMImage, new GetVMImage { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.Description}"));
}
