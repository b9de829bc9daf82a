using System;
using System.IO;
using Virt.Linux;
using Virt.Linux.Files;

namespace Virt.Agent.Common;

/// <summary>Files and folders that are being written elsewhere on the host, each noted in a file of ours before anything of it is there: what of one is left when the agent ends in between, the next one removes.</summary>
/// <param name="folder">Where they are noted.</param>
public sealed class UnfinishedFiles(string folder)
{
    /// <summary>Where something lies until it is whole, beside where it goes; its name ends as the other does.</summary>
    public static string PartialOf(string path) => Path.Combine(Path.GetDirectoryName(path.TrimEnd('/'))!, $".{Guid.NewGuid():n}-{Path.GetFileName(path.TrimEnd('/'))}");

    /// <summary>Removes a file or a folder, whatever there is of it.</summary>
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

    /// <summary>Notes one, until what is given is disposed of.</summary>
    /// <param name="path">Where it lies until it is whole.</param>
    /// <exception cref="IOException">It cannot be noted.</exception>
    public IDisposable Begin(string path)
    {
        Directory.CreateDirectory(folder);
        var note = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        File.WriteAllText(note, path);
        FileTree.SyncOne(note);
        FileTree.SyncOne(folder);
        return new Note(note);
    }

    /// <summary>Removes what an agent before this one left. To be called before the first request.</summary>
    public void Recover()
    {
        foreach (var note in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            try
            {
                var path = File.ReadAllText(note);
                if (Path.Exists(path))
                {
                    Remove(path);
                }

                File.Delete(note);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
            {
                AgentLog.Warning($"What '{note}' tells of could not be removed: {e.Message}");
            }
        }
    }

    private sealed class Note(string path) : IDisposable
    {
        public void Dispose() => File.Delete(path);
    }
}
