using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Virt.Linux.Files;

namespace Virt.Linux.Processes;

/// <summary>
/// Which processes have a file open. The kernel's list of locks has no process for locks of an open file (proc_locks(5): -1), so their descriptors are looked
/// through, and what the kernel tells of each (proc_pid_fdinfo(5)).
/// </summary>
public static class FileHolders
{
    /// <summary>The processes that have a file open; those that hold a lock on it first.</summary>
    /// <param name="path">The file, by whatever name.</param>
    /// <param name="proc">Where proc(5) is mounted.</param>
    /// <returns>Process ids with the programs' names; none that may not be looked at.</returns>
    public static IReadOnlyList<(int Id, string Name, bool IsLocking)> Find(string path, string proc = "/proc")
    {
        var found = new List<(int Id, string Name, bool IsLocking)>();
        if (FileIdentity.Read(path) is not { } file)
        {
            return found;
        }

        foreach (var folder in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId && Holds(folder, file) is { } isLocking)
            {
                found.Add((id, NameOf(folder), isLocking));
            }
        }

        return [.. found.OrderByDescending(static holder => holder.IsLocking).ThenBy(static holder => holder.Id)];
    }

    // Null: not open. A process may end, or close it, while it is looked at.
    private static bool? Holds(string folder, FileIdentity file)
    {
        bool? held = null;
        try
        {
            foreach (var descriptor in Directory.EnumerateFiles(Path.Combine(folder, "fd")).Concat(Directory.EnumerateDirectories(Path.Combine(folder, "fd"))))
            {
                if (file.IsSame(FileIdentity.Read(descriptor)))
                {
                    held = held is true || IsLocking(Path.Combine(folder, "fdinfo", Path.GetFileName(descriptor)));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return held;
        }

        return held;
    }

    private static bool IsLocking(string info)
    {
        try
        {
            return File.ReadLines(info).Any(static line => line.StartsWith("lock:", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string NameOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "comm")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
