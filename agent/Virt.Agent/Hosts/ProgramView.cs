using System;
using System.Collections.Generic;
using System.IO;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Mounts;
using Virt.Linux.Processes;

namespace Virt.Agent.Hosts;

/// <summary>What a confined program of the host, such as QEMU, sees of it: /usr, which nobody can write there, the links into it, and where its libraries are.</summary>
internal static class ProgramView
{
    /// <summary>What is the host's and nobody changes there.</summary>
    public const MountAttributes Fixed = MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDevices;

    // Where a distribution has its programs, if not as links into /usr.
    private static readonly string[] MergedFolders = ["/bin", "/lib", "/lib32", "/lib64", "/sbin"];

    /// <summary>The steps that make the view.</summary>
    /// <param name="program">Its full path.</param>
    /// <param name="keep">Takes each mount that is made; it must stay open until the launch.</param>
    /// <param name="root">Where the view is in the new root; empty: it is the root.</param>
    /// <exception cref="Virt.Linux.LinuxException">The host does not let us mount.</exception>
    public static IEnumerable<RootStep> Of(string program, Func<SafeFileHandle, SafeFileHandle> keep, string root = "")
    {
        yield return RootStep.Volume(root + "/usr", keep(DetachedMount.Copy("/usr", Fixed)));
        foreach (var folder in MergedFolders)
        {
            if (new DirectoryInfo(folder) is { LinkTarget: { } target })
            {
                yield return RootStep.Link(root + folder, target);
            }
            else if (Directory.Exists(folder))
            {
                yield return RootStep.Volume(root + folder, keep(DetachedMount.Copy(folder, Fixed)));
            }
        }

        yield return RootStep.Folder(root + "/etc", 0x1ED /* 0755 */);
        if (File.Exists("/etc/ld.so.cache"))
        {
            // Without it, each of a hundred libraries is looked for in every folder.
            foreach (var step in OneFile("/etc/ld.so.cache", root))
            {
                yield return step;
            }
        }

        if (!program.StartsWith("/usr/", StringComparison.Ordinal) && !Array.Exists(MergedFolders, folder => program.StartsWith(folder + "/", StringComparison.Ordinal)))
        {
            foreach (var folder in FoldersAbove(program))
            {
                yield return RootStep.Folder(root + folder, 0x1ED /* 0755 */);
            }

            foreach (var step in OneFile(program, root))
            {
                yield return step;
            }
        }
    }

    /// <summary>The same for one file of the host.</summary>
    public static IEnumerable<RootStep> OneFile(string path, string root = "")
    {
        yield return RootStep.HostFile(root + path, path);
        yield return RootStep.SetAttributes(root + path, Fixed);
    }

    private static IEnumerable<string> FoldersAbove(string path)
    {
        for (var at = path.IndexOf('/', 1); at > 0; at = path.IndexOf('/', at + 1))
        {
            yield return path[..at];
        }
    }
}
