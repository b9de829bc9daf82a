using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>Which folders and files of the host are not labelled for containers, whoever asks for it: the host could not work any more, or nobody could log in to it.</summary>
internal static class RelabelRules
{
    // The folder itself, not one that somebody has made in it: hier(7), file-hierarchy(7).
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "/", "/bin", "/etc", "/home", "/lib", "/lib32", "/lib64", "/libx32", "/media", "/mnt", "/opt", "/root", "/run", "/sbin", "/srv", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/lib64",
        "/usr/libexec", "/usr/local", "/usr/sbin", "/usr/share", "/var", "/var/cache", "/var/lib", "/var/log", "/var/spool", "/var/tmp", "/run/user",
    };

    // What anybody puts files into: one of those is nobody's but his.
    private static readonly string[] Anybodys = ["/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var/tmp"];

    // And what is in it.
    private static readonly string[] Whole = ["/boot", "/dev", "/proc", "/sys", "/etc/selinux", "/etc/ssh", "/etc/systemd", "/etc/pam.d", "/etc/security"];

    /// <summary>Why a folder or a file is not to be labelled; null: it may be.</summary>
    /// <param name="folder">Where it really is, links followed.</param>
    /// <param name="state">The agent's own folder.</param>
    /// <param name="isFolder">It is a folder, and all that is in it is labelled.</param>
    public static string? Refusal(string folder, string state, bool isFolder = true) =>
        Own.Contains(folder) || (!isFolder && IsOwnFile(folder)) || Array.Exists(Whole, path => IsIn(folder, path)) ? "it is the system's, which could not work any more"
        : folder.StartsWith("/home/", StringComparison.Ordinal) && folder.Count(static c => c == '/') == 2 ? "it is a user's whole home, into which he could not log in any more"
        : IsIn(folder, state) || IsIn(state, folder) ? "it holds the agent's own files"
        : null;

    private static bool IsOwnFile(string file)
    {
        var folder = file[..Math.Max(1, file.LastIndexOf('/'))];
        return Own.Contains(folder) && !Anybodys.Contains(folder);
    }

    private static bool IsIn(string path, string folder) => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
}
