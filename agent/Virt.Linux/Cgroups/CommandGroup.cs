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
    private readonly IReadOnlyList<string> places;
    private volatile bool isDisposed;

    private CommandGroup(string? folder, IReadOnlyList<string> places, SafeFileHandle? birth, IReadOnlyList<SafeFileHandle> entry)
    {
        this.folder = folder;
        this.places = places;
        Birth = birth;
        Entry = entry;
    }

    /// <summary>v2: its folder, in which a process can be born.</summary>
    public SafeFileHandle? Birth { get; }

    /// <summary>v1: the <c>cgroup.procs</c> files through which a process enters it and the cgroup.</summary>
    public IReadOnlyList<SafeFileHandle> Entry { get; }

    /// <summary>v1: the <c>tasks</c> files of it and the cgroup, through which a thread enters; the caller's to dispose. Empty on v2.</summary>
    /// <exception cref="LinuxException">ENOENT: the cgroup is gone.</exception>
    public IReadOnlyList<SafeFileHandle> OpenForThread()
    {
        var files = new List<SafeFileHandle>();
        try
        {
            foreach (var place in places)
                files.Add(FileHandles.OpenForWriting(Path.Combine(place, "tasks")));
            return files;
        }
        catch
        {
            files.ForEach(static file => file.Dispose());
            throw;
        }
    }

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
        isDisposed = true;
        RemoveFolder();
    }

    /// <summary>Says that a thread which had entered it has left: one that was disposed of meanwhile goes now.</summary>
    public void Left()
    {
        if (isDisposed)
            RemoveFolder();
    }

    private void RemoveFolder()
    {
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
        List<string> stands = isV2 ? [] : [.. hierarchies.Select(hierarchy => hierarchy == parent ? place! : hierarchy)];
        var entry = new List<SafeFileHandle>();
        try
        {
            if (isV2)
                return new CommandGroup(place, stands, FileHandles.Open(place!, Libc.O_RDONLY | Libc.O_DIRECTORY), entry);
            foreach (var one in stands)
                entry.Add(FileHandles.OpenForWriting(Path.Combine(one, "cgroup.procs")));
            return new CommandGroup(place, stands, null, entry);
        }
        catch
        {
            new CommandGroup(place, stands, null, entry).Dispose();
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

    // v1 names the process of every single thread that is in it: the keeper's, of which one waits here for the next command, must live.
    private List<int> Ids()
    {
        var ids = Ids("cgroup.procs");
        if (!File.Exists(Path.Combine(folder!, "tasks")))
            return ids;
        var threads = Ids("tasks").ToHashSet();
        return ids.FindAll(threads.Contains);
    }

    private List<int> Ids(string file) => [.. File.ReadLines(Path.Combine(folder!, file)).Select(static line => int.TryParse(line, out var id) ? id : 0).Where(static id => id > 0)];
}
