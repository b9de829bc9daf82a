using System;
using System.IO;
using Virt.Linux.Files;

namespace Virt.Agent.Containers;

/// <summary>Where a container's own files lie.</summary>
/// <param name="Path">The folder.</param>
internal sealed record ContainerFolder(string Path)
{
    /// <summary>What the container has written over its image.</summary>
    public string Upper => System.IO.Path.Combine(Path, "upper");

    /// <summary>overlayfs' own.</summary>
    public string Work => System.IO.Path.Combine(Path, "work");

    /// <summary>Its output.</summary>
    public string Log => System.IO.Path.Combine(Path, "log");

    /// <summary>How its last run ended.</summary>
    public string Exit => System.IO.Path.Combine(Path, "exit");

    /// <summary>The folder of one container under the agent's state.</summary>
    public static ContainerFolder Of(string state, Guid id) => new(System.IO.Path.Combine(state, "containers", id.ToString("D")));

    /// <summary>Makes what a run needs, and takes away what the last run left.</summary>
    public void Prepare()
    {
        if (!Directory.Exists(Upper))
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Directory.CreateDirectory(Upper);
            Directory.CreateDirectory(Work);
        }

        File.Delete(Exit);
    }

    /// <summary>Removes it all.</summary>
    public void Remove() => FileTree.Delete(Path);
}
