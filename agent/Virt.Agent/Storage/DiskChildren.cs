using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Linux.Files;

namespace Virt.Agent.Storage;

/// <summary>Which disk images stand on another one. Nothing in that one says so; those beside it are looked at.</summary>
internal static class DiskChildren
{
    /// <summary>One that stands on an image; null: none beside it does.</summary>
    /// <param name="path">The image's full path.</param>
    /// <param name="except">Files that are passed over.</param>
    public static string? Find(string path, IReadOnlyCollection<string> except)
    {
        var identity = FileIdentity.Read(path);
        return Directory.EnumerateFiles(Path.GetDirectoryName(path)!)
            .Where(file => file != path && !except.Contains(file))
            .FirstOrDefault(file => Qcow2Header.BackingOf(file) is { } below && identity is not null && identity.IsSame(FileIdentity.Read(below)));
    }
}
