using System.Collections.Generic;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>What must not change because others stand on it.</content>
public sealed partial class VhdService
{
    /// <exception cref="VirtException">WrongState.</exception>
    private void CheckNoChildren(string verb, string path, IReadOnlyCollection<string> except)
    {
        if (DiskChildren.Find(path, except) is { } child)
        {
            throw new VirtException(ErrorCode.WrongState, "DiskHasChildren", $"Cannot {verb} disk '{path}': '{child}' stands on it, and could not be read any more.", path, $"Get-VHD -Path '{child}'");
        }
    }
}
