using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Virt.Linux;
using Virt.Linux.Files;

namespace Virt.Agent.Containers;

/// <summary>Where a container's own files lie.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Generation">Whose writes are meant.</param>
internal sealed record ContainerFolder(string Path, int Generation)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Root = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>What the generation has written over its image and layers.</summary>
    public string Upper => System.IO.Path.Combine(Own, "upper");

    /// <summary>overlayfs' own.</summary>
    public string Work => System.IO.Path.Combine(Own, "work");

    /// <summary>Its output, of all generations.</summary>
    public string Log => System.IO.Path.Combine(Path, "log");

    /// <summary>How its last run ended.</summary>
    public string Exit => System.IO.Path.Combine(Path, "exit");

    /// <summary>There are, or were, others than the first generation.</summary>
    public bool HasGenerations => Directory.Exists(Generations);

    // The first generation lies at the top, where it lay before there were others.
    private string Own => Generation == 0 ? Path : System.IO.Path.Combine(Generations, Generation.ToString(CultureInfo.InvariantCulture));

    private string Generations => System.IO.Path.Combine(Path, "generations");

    /// <summary>The folder of one container under the agent's state.</summary>
    public static ContainerFolder Of(string state, Guid id, int generation = 0) => new(System.IO.Path.Combine(state, "containers", id.ToString("D")), generation);

    /// <summary>Makes what a run needs.</summary>
    public void Prepare()
    {
        // The one that is made last: an agent may have ended between them.
        if (!Directory.Exists(Work))
        {
            Directory.CreateDirectory(Path, Private);
            Directory.CreateDirectory(Upper);
            File.SetUnixFileMode(Upper, Root); // it is the container's root, which others than root pass through, whatever umask the agent has
            Directory.CreateDirectory(Work);
        }
    }

    /// <summary>Makes the place for what another container has written.</summary>
    public void BeginCopy() => Directory.CreateDirectory(Path, Private);

    /// <summary>Makes the place for what it is to have written from the beginning.</summary>
    public void BeginImport()
    {
        BeginCopy();
        Directory.CreateDirectory(Upper);
        File.SetUnixFileMode(Upper, Root);
    }

    /// <summary>Where a layer lies until it has its place among the others.</summary>
    public string MakeArriving()
    {
        var path = System.IO.Path.Combine(Path, "arriving");
        Directory.CreateDirectory(Path, Private);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Root);
        return path;
    }

    /// <summary>Brings the copy to the disk, and makes it what <see cref="Prepare"/> would have made.</summary>
    /// <exception cref="LinuxException">ENOSPC, EIO: something could not be written.</exception>
    public void EndCopy()
    {
        Directory.CreateDirectory(Work);
        FileTree.Sync(Path);
    }

    /// <summary>Takes away how the last run ended.</summary>
    public void ForgetExit() => File.Delete(Exit);

    /// <summary>Removes it all.</summary>
    public void Remove() => FileTree.Delete(Path);

    /// <summary>Removes what other generations have written.</summary>
    /// <param name="kept">The numbers of those that stay.</param>
    /// <exception cref="LinuxException">Something cannot be removed.</exception>
    public void RemoveOthers(IReadOnlyCollection<int> kept)
    {
        if (!kept.Contains(0))
        {
            FileTree.Delete(System.IO.Path.Combine(Path, "upper"));
            FileTree.Delete(System.IO.Path.Combine(Path, "work"));
        }

        if (HasGenerations)
        {
            foreach (var folder in Directory.EnumerateDirectories(Generations).Where(f => !int.TryParse(System.IO.Path.GetFileName(f), CultureInfo.InvariantCulture, out var n) || !kept.Contains(n)))
            {
                FileTree.Delete(folder);
            }
        }
    }
}
