using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of checkpoints.</summary>
public sealed class VMCheckpointNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name} of {item.VMName}: {item.CreationTime:u}"));
}
