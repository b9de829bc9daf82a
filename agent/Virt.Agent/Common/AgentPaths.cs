using System.Collections.Generic;
using System.IO;

namespace Virt.Agent.Common;

/// <summary>Where the agent keeps things. Makes the folders that are missing.</summary>
public sealed class AgentPaths
{
    /// <summary>Takes the two folders and makes them where they are missing, for the agent's user alone.</summary>
    public AgentPaths(string state, string run, IReadOnlyList<string> images)
    {
        State = Path.GetFullPath(state);
        Run = Path.GetFullPath(run);
        var own = Path.Combine(State, "images");
        Images = [own, .. images];
        foreach (var folder in new[] { State, Run, own })
        {
            // Others may pass through (QEMU runs as another user and reaches its own folder below), but not look around.
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    /// <summary>What must outlive a reboot: the database, disks, container layers, logs.</summary>
    public string State { get; }

    /// <summary>What lives until the next boot: sockets, pid files.</summary>
    public string Run { get; }

    /// <summary>Where images are looked for, in this order.</summary>
    public IReadOnlyList<string> Images { get; }

    /// <summary>The database.</summary>
    public string Database => Path.Combine(State, "virt.db");

    /// <summary>Where it is noted which archives are being written on the host.</summary>
    public string Exports => Path.Combine(State, "exports");

    /// <summary>Where something is mounted for a moment.</summary>
    public string Places => Path.Combine(Run, "places");

    /// <summary>The keeper's socket.</summary>
    public string KeeperSocket => Path.Combine(Run, "keeper.sock");
}
