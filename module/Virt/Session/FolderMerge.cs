using System.Collections.Generic;
using System.IO;

namespace Virt.Session;

/// <summary>Folders of this machine whose content moves into others, through no link that stands there.</summary>
internal static class FolderMerge
{
    /// <summary>Moves all that is in a folder into another one on the same file system, in place of files and links that are there. First looks whether all of it can.</summary>
    /// <exception cref="IOException">A folder stands where a file is to go, or a file or a link where a folder is.</exception>
    public static void Move(string from, string to)
    {
        var all = new List<(string From, string To, bool IsFolder)>();
        Look(from, to, all);
        foreach (var (source, target, isFolder) in all)
        {
            if (isFolder)
            {
                if (!Directory.Exists(target))
                {
                    Directory.CreateDirectory(target);
                    UnixMode.Set(target, UnixMode.Of(source) ?? 0);
                }

                continue;
            }

            if (File.Exists(target) || FileLink.Is(target))
            {
                File.Delete(target);
            }

            File.Move(source, target);
        }

        Remove(from);
    }

    /// <summary>Removes a folder with all that is in it, whatever its permissions.</summary>
    public static void Remove(string folder)
    {
        UnixMode.Set(folder, 0x1C0); // 0700
        foreach (var child in Directory.GetDirectories(folder))
        {
            if (FileLink.Is(child))
            {
                File.Delete(child);
            }
            else
            {
                Remove(child);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void Look(string from, string to, List<(string From, string To, bool IsFolder)> all)
    {
        foreach (var source in Directory.GetFileSystemEntries(from))
        {
            var target = Path.Combine(to, Path.GetFileName(source));
            var isFolder = Directory.Exists(source) && !FileLink.Is(source);
            var isLink = FileLink.Is(target);
            if (isFolder && (isLink || File.Exists(target)))
            {
                throw new IOException($"'{target}' is {(isLink ? "a link" : "a file")}, and a folder is to go there");
            }

            if (!isFolder && !isLink && Directory.Exists(target))
            {
                throw new IOException($"'{target}' is a folder, and a file is to go there");
            }

            all.Add((source, target, isFolder));
            if (isFolder)
            {
                Look(source, target, all);
            }
        }
    }
}
