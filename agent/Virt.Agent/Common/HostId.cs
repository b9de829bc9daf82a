using System;
using System.IO;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>This host as others write it down: an id that its agent keeps for ever, and its name.</summary>
/// <param name="Id">The id; the name may change, this does not.</param>
/// <param name="Name">The host's name.</param>
public sealed record HostId(Guid Id, string Name)
{
    /// <summary>Reads the id, or makes it at the first time.</summary>
    /// <param name="path">A file in the state folder.</param>
    /// <param name="name">The host's name.</param>
    /// <exception cref="VirtException">DataLoss: the file holds no id.</exception>
    public static HostId Load(string path, string name)
    {
        if (!File.Exists(path))
        {
            var temporary = path + ".new";
            using (var file = File.Create(temporary))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("D")));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            FileHandles.SyncFolder(Path.GetDirectoryName(path)!);
        }

        return Guid.TryParseExact(File.ReadAllText(path).Trim(), "D", out var id)
            ? new HostId(id, name)
            : throw new VirtException(ErrorCode.DataLoss, "HostIdDamaged", $"Cannot read this host's id: '{path}' holds none.", path, $"uuidgen > '{path}', where this host owns no VM's disk");
    }
}
