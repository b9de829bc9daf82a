using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>Which images stand on another one. Nothing in that one says so; those beside it are looked at, and those that machines have.</content>
public sealed partial class VhdService
{
    /// <exception cref="VirtException">WrongState.</exception>
    private void CheckNoChildren(string verb, string path, IReadOnlyCollection<string> except)
    {
        if (FindChild(path, except) is { } child)
        {
            throw new VirtException(ErrorCode.WrongState, "DiskHasChildren", $"Cannot {verb} disk '{path}': '{child}' stands on it, and could not be read any more.", path, $"Get-VHD -Path '{child}'");
        }
    }

    private static string? FindChild(string path, IReadOnlyCollection<string> except)
    {
        var identity = FileIdentity.Read(path);
        return Directory.EnumerateFiles(Path.GetDirectoryName(path)!)
            .Where(file => file != path && !except.Contains(file))
            .FirstOrDefault(file => Qcow2Header.BackingOf(file) is { } below && identity is not null && identity.IsSame(FileIdentity.Read(below)));
    }
}
