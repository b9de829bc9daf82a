using System;
using System.IO;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <summary>The rules that paths of disk images follow: those of New-VM.</summary>
internal static class VhdPath
{
    /// <summary>Makes a path plain.</summary>
    /// <param name="verb">What is to be done, such as <c>convert</c>.</param>
    /// <param name="path">What the user typed.</param>
    /// <exception cref="VirtException">InvalidArgument: it is no full path.</exception>
    public static string Full(string verb, string path) =>
        path.Length == 0 || !Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal) || path.EndsWith('/')
            ? throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} disk '{path}': that is not the full path of a file on the host.", path, $"Get-VHD -Path '/var/lib/virt/disks/{Path.GetFileName(path.TrimEnd('/'))}'")
            : Path.GetFullPath(path);

    /// <summary>Where a file is that exists, whatever links lead to it.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument: it is no file.</exception>
    public static string Existing(string verb, string path)
    {
        var full = Full(verb, path);
        if (FileIdentity.Read(full) is not { } found)
        {
            throw VhdErrors.From(verb, full, new DiskException(DiskProblem.Missing, full, "there is no such file"));
        }

        if (!found.IsRegular)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "DiskNotFile", $"Cannot {verb} disk '{full}': it is a folder, a device or another thing that is no file.", full, $"ls -ld '{full}'");
        }

        return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
    }

    /// <summary>Where a file will be, in a folder that exists.</summary>
    /// <exception cref="VirtException">NotFound: the folder; AlreadyExists; InvalidArgument.</exception>
    public static string New(string verb, string subject, string path)
    {
        var full = Full(verb, path);
        var folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
        {
            throw VhdErrors.From(verb, subject, new DiskException(DiskProblem.NoFolder, folder, "there is no such folder"));
        }

        return Path.Exists(full) || new FileInfo(full).LinkTarget is not null
            ? throw VhdErrors.From(verb, subject, new DiskException(DiskProblem.Exists, full, "there is a file of that name already"))
            : full;
    }
}
