using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.Archives;

/// <summary>Where archives of images and of containers lie on the host.</summary>
internal static class ArchivePath
{
    private static readonly string[] FileEnds = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"];

    // Who writes one of these wants a file, and would get a folder.
    private static readonly string[] OtherEnds =
    [
        ".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".tbz", ".tbz2", ".txz", ".tlz", ".cpio", ".iso", ".img", ".raw", ".qcow2", ".vmdk", ".vhd", ".vhdx", ".ova", ".ovf", ".oci", ".deb", ".rpm", ".json",
    ];

    /// <summary>An absolute path in a folder that is there.</summary>
    /// <param name="verb">What is to be done.</param>
    /// <param name="kind">With what.</param>
    /// <param name="name">Its name.</param>
    /// <param name="path">The path.</param>
    /// <param name="example">How it is typed.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void Check(string verb, string kind, string name, string path, string example)
    {
        if (!path.StartsWith('/') || path.Contains('\0') || path.Split('/').Contains("..") || !Directory.Exists(Path.GetDirectoryName(path.TrimEnd('/'))))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} {kind} '{name}': '{path}' is not an absolute path in a folder of the host, without '..'.", path, example);
        }

        if (path.EndsWith("zst", StringComparison.OrdinalIgnoreCase) && IsFile(path) && !ZstdWriteStream.IsAvailable)
        {
            throw new VirtException(ErrorCode.NotSupported, "ZstdMissing", $"Cannot {verb} {kind} '{name}': '{path}' is compressed by zstd, as its name says, and this host has no libzstd.", path, "apt-get install libzstd1");
        }
    }

    /// <summary>Refuses the name of a file of a form that is not written. A folder may be called so where a slash says that it is one.</summary>
    /// <param name="kind">What is written.</param>
    /// <param name="name">Its name.</param>
    /// <param name="path">Where to.</param>
    /// <param name="example">How it is typed.</param>
    /// <param name="isFolder">A folder is all that can be written.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckForm(string kind, string name, string path, string example, bool isFolder = false)
    {
        var end = Path.GetExtension(path);
        if (end.Length == 0 || IsFile(path) || !OtherEnds.Contains(end, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        var known = isFolder ? "a folder is what is written" : $"{string.Join(", ", FileEnds[..^1])} and {FileEnds[^1]} are, and the name of a folder has no such end";
        throw new VirtException(ErrorCode.InvalidArgument, "ArchiveFormUnknown", $"Cannot export {kind} '{name}': '{path}' ends in '{end}', which is no form that is written; {known}.", path, example);
    }

    /// <summary>What compresses an archive as its name says; null: nothing does.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="file">Where it goes; the caller's.</param>
    public static Stream? Compress(string path, Stream file) =>
        !IsFile(path) ? null
        : path.EndsWith("gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true)
        : path.EndsWith("zst", StringComparison.OrdinalIgnoreCase) ? new ZstdWriteStream(file)
        : null;

    /// <summary>True where a file is meant, and not a folder.</summary>
    public static bool IsFile(string path) => FileEnds.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>Gives a whole one its name.</summary>
    /// <exception cref="VirtException">AlreadyExists.</exception>
    public static void Name(string kind, string name, string partial, string path)
    {
        CheckFree(kind, name, path);
        Directory.Move(partial, path.TrimEnd('/')); // rename(2), of files too
        FileTree.SyncOne(Path.GetDirectoryName(path.TrimEnd('/'))!);
    }

    /// <summary>Nothing is there yet.</summary>
    /// <exception cref="VirtException">AlreadyExists.</exception>
    public static void CheckFree(string kind, string name, string path)
    {
        if (Path.Exists(path))
        {
            throw new VirtException(ErrorCode.AlreadyExists, "ArchiveExists", $"Cannot export {kind} '{name}': '{path}' is there already.", path, $"{CmdletOf(kind)} '{name}' -Path '{Another(path)}'");
        }
    }

    /// <summary>A path beside one that is taken, where nothing is yet.</summary>
    public static string Another(string path)
    {
        var plain = path.TrimEnd('/');
        var end = Array.Find(FileEnds, one => plain.EndsWith(one, StringComparison.OrdinalIgnoreCase))?.Length ?? 0;
        for (var number = 2; ; number++)
        {
            var other = FormattableString.Invariant($"{plain[..^end]}-{number}{plain[^end..]}");
            if (!Path.Exists(other))
            {
                return other;
            }
        }
    }

    private static string CmdletOf(string kind) => kind switch
    {
        "container image" => "Export-ContainerImage",
        "container" => "Export-Container",
        "volume" => "Export-VirtVolume",
        _ => "Export-VM",
    };

    /// <summary>Something is there to be read.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public static void CheckThere(string path)
    {
        if (!Path.Exists(path))
        {
            throw new VirtException(ErrorCode.NotFound, "ArchiveNotFound", $"Cannot import '{path}': the host has no such file or folder.", path, $"ls -l '{path}'");
        }
    }
}
