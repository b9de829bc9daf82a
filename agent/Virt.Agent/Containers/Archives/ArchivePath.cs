using System;
using System.IO;
using System.Linq;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Containers.Archives;

/// <summary>Where archives of containers lie on the host.</summary>
internal static class ArchivePath
{
    private static readonly string[] FileEnds = [".tar", ".tar.gz", ".tgz"];

    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void Check(string verb, string name, string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0') || path.Split('/').Contains("..") || !Directory.Exists(Path.GetDirectoryName(path.TrimEnd('/'))))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} container '{name}': '{path}' is not an absolute path in a folder of the host, without '..'.", path, "Export-Container web -Path /srv/web.tar");
        }
    }

    /// <summary>True where a file is meant, and not a folder.</summary>
    public static bool IsFile(string path) => FileEnds.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where an archive lies until it is whole; its name ends as the other does.</summary>
    public static string PartialOf(string path) => Path.Combine(Path.GetDirectoryName(path.TrimEnd('/'))!, $".{Guid.NewGuid():n}-{Path.GetFileName(path.TrimEnd('/'))}");

    /// <summary>Removes one, whatever there is of it.</summary>
    public static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            FileTree.Delete(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>Gives a whole one its name.</summary>
    /// <exception cref="VirtException">AlreadyExists.</exception>
    public static void Name(string container, string partial, string path)
    {
        if (Path.Exists(path))
        {
            throw Taken(container, path);
        }

        Directory.Move(partial, path.TrimEnd('/')); // rename(2), of files too
        FileTree.SyncOne(Path.GetDirectoryName(path.TrimEnd('/'))!);
    }

    /// <summary>Something is there already.</summary>
    public static VirtException Taken(string container, string path) =>
        new(ErrorCode.AlreadyExists, "ArchiveExists", $"Cannot export container '{container}': '{path}' is there already.", path, $"rm -r '{path}'");
}
