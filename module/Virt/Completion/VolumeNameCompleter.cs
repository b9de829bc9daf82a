using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of volumes.</summary>
public sealed class VolumeNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVirtVolume, new GetVirtVolume { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.Path}"));
}
