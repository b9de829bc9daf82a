using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Files;
using Virt.Linux.Processes;

namespace Virt.Linux.Cgroups;

/// <summary>
/// The processes of one command inside a cgroup, which they stay within whatever they fork: a child of it without limits of its own; on v1 in the freezer's
/// hierarchy alone. Disposing closes the handles and takes it away where it is empty; otherwise it goes with the cgroup.
/// </summary>
public sealed class CommandGroup : IDisposable
{
    private readonly string? folder;

    private CommandGroup(string? folder, SafeFileHandle? birth, IReadOnlyList<SafeFileHandle> entry)
    {
        this.folder = folder;
        Birth = birth;
        Entry = entry;
    }

    /// <summary>v2: its folder, in which a process can be born.</summary>
    public SafeFileHandle? Birth { get; }

    /// <summary>v1: the <c>cgroup.procs</c> files through which a process enters it and the cgroup.</summary>
    public IReadOnlyList<SafeFileHandle> Entry { get; }

    /// <summary>Kills all that is in it, until nothing is.</summary>
    public void Kill()
    {
        if (folder is null)
            return;
        try
        {
            if (File.Exists(Path.Combine(folder, "cgroup.kill")))
            {
                FileHandles.WriteText(Path.Combine(folder, "cgroup.kill"), "1");
                return;
            }

            // What forks meanwhile is found in the next round; what was killed forks no more.
            for (var round = 0; round < 100 && Ids() is { Count: > 0 } ids; round++)
            {
                foreach (var id in ids)
                {
                    using var process = PidFd.Open(id);
                    process?.Signal(Signals.Kill);
                }
            }
        }
        catch (Exception e) when (e is IOException or LinuxException)
        {
            // It is gone, with its container.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Birth?.Dispose();
        foreach (var file in Entry)
            file.Dispose();
        if (folder is not null)
            _ = Libc.rmdir(folder);
    }

    /// <param name="hierarchies">The folders of the cgroup, one for each hierarchy that it is in.</param>
    /// <param name="parent">The folder that the group is made in; null: there is no hierarchy for that, and all of it is as for the cgroup itself.</param>
    /// <param name="isV2">One hierarchy for all.</param>
    internal static CommandGroup Create(IReadOnlyList<string> hierarchies, string? parent, bool isV2)
    {
        var place = parent is null ? null : Path.Combine(parent, $"command-{Guid.NewGuid():n}");
        if (place is not null)
            CgroupTree.MakeFolder(place);
        var entry = new List<SafeFileHandle>();
        try
        {
            if (isV2)
                return new CommandGroup(place, FileHandles.Open(place!, Libc.O_RDONLY | Libc.O_DIRECTORY), entry);
            foreach (var hierarchy in hierarchies)
                entry.Add(FileHandles.OpenForWriting(Path.Combine(hierarchy == parent ? place! : hierarchy, "cgroup.procs")));
            return new CommandGroup(place, null, entry);
        }
        catch
        {
            new CommandGroup(place, null, entry).Dispose();
            throw;
        }
    }

    /// <summary>Takes away what commands have left in a cgroup that is to go.</summary>
    internal static void RemoveAll(string cgroup)
    {
        if (!Directory.Exists(cgroup))
            return;
        foreach (var child in Directory.EnumerateDirectories(cgroup).ToList())
        {
            RemoveAll(child);
            if (Libc.rmdir(child) < 0 && Marshal.GetLastPInvokeError() is not (Errno.ENOENT or Errno.EBUSY))
                throw Libc.Error("rmdir", child);
        }
    }

    private List<int> Ids() => [.. File.ReadLines(Path.Combine(folder!, "cgroup.procs")).Select(static line => int.TryParse(line, out var id) ? id : 0).Where(static id => id > 0)];
}
