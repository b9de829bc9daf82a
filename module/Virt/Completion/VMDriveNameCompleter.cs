using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of drives.</summary>
public abstract class VMDriveNameCompleter : HostCompleter
{
    private protected abstract VMDriveType Type { get; }

    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetVMDrive, new GetVMDrive { Names = [pattern], Type = Type }).Items.Select(item => (item.Name, $"{item.Name} of {item.VMName}: {item.Path}"));
}
