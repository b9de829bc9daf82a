using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Processes;

namespace Virt.Agent.Images.Build;

/// <summary>The rooms in which images are made.</summary>
/// <param name="root">The folder of all.</param>
/// <param name="keeper">Starts what works in them.</param>
public sealed class BuildRooms(string root, Keeper keeper)
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Where the rooms are.</summary>
    public string Root => root;

    /// <summary>Makes one. The caller disposes it, when nothing works in it any more.</summary>
    public BuildRoom Open()
    {
        var id = Guid.NewGuid();
        var folder = Path.Combine(root, id.ToString("N"));
        foreach (var path in new[] { root, folder })
        {
            Directory.CreateDirectory(path, Passable);
            File.SetUnixFileMode(path, Passable);
        }

        return new BuildRoom(keeper, id, folder);
    }

    /// <summary>Ends what an agent before this one was making, and removes it. To be called once, before the first request.</summary>
    public async Task RecoverAsync()
    {
        var left = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
        if (left.Length == 0)
        {
            return;
        }

        var ids = left.Select(static folder => Guid.TryParseExact(Path.GetFileName(folder), "N", out var id) ? id : Guid.Empty).ToHashSet();
        try
        {
            foreach (var process in (await keeper.ListAsync().ConfigureAwait(false)).Where(process => ids.Contains(process.Id)))
            {
                process.Signal(Signals.Kill);
                await process.Exited.ConfigureAwait(false);
            }
        }
        catch (LinuxException e)
        {
            AgentLog.Error("Could not ask the keeper for what an agent before this one was making images with", e);
        }

        foreach (var folder in left)
        {
            try
            {
                FileTree.Delete(folder);
            }
            catch (LinuxException e)
            {
                AgentLog.Error($"Could not remove '{folder}', in which an agent before this one was making an image", e);
            }
        }
    }
}
