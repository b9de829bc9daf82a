using System;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Paths of a guest, which are its own affair: only what would be read as something else is refused.</summary>
internal static class GuestPath
{
    /// <exception cref="VirtException">InvalidArgument: it is not absolute.</exception>
    public static void Check(string verb, string name, string path, bool ofLinux)
    {
        var isAbsolute = path.StartsWith('/') || !ofLinux && path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '\\' or '/';
        if (!isAbsolute || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} VM '{name}': '{path}' is not an absolute path in the guest.", path, $"Copy-VMFile {name} ./hosts /tmp/hosts");
        }
    }

    /// <summary>Another name in the folder of a path; null where that is no path.</summary>
    public static string? Beside(string path, string name) => path.StartsWith('/') ? path[..(path.LastIndexOf('/') + 1)] + name : null;

    /// <summary>The last name of a path; empty for a root.</summary>
    public static string NameOf(string path) => path.TrimEnd('/')[(path.TrimEnd('/').LastIndexOfAny(['/', '\\']) + 1)..];
}
