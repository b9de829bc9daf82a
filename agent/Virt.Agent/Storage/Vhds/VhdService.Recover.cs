using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Linux;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>What the agent does when it comes back: undoes what was being made, finishes what was being changed.</content>
public sealed partial class VhdService
{
    /// <summary>Brings disk images into their old or their new state. The machines must have been recovered. What takes long goes on after it has ended.</summary>
    public async Task RecoverAsync()
    {
        var rows = table.Load(Kind);
        var kept = rows.Count == 0 ? [] : await ListKeptAsync().ConfigureAwait(false);
        foreach (var row in rows)
        {
            var spec = SpecOf(row);
            var tool = kept.FirstOrDefault(process => process.Id == row.Id);
            try
            {
                switch (Enum.Parse<VhdPhase>(row.Phase))
                {
                    case VhdPhase.Making:
                        // The keeper lets a qemu-img outlive the agent that wanted it.
                        if (tool is not null)
                        {
                            tool.Signal(Signals.Kill);
                            await tool.Exited.ConfigureAwait(false);
                        }

                        Forget(row.Id, spec.Folder);
                        break;
                    case VhdPhase.Placing:
                        Place(row.Id, spec);
                        break;
                    default:
                        GoOn(row, spec, tool);
                        break;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException or VirtException)
            {
                AgentLog.Error($"Could not finish the work on disk '{spec.Path}'", e);
            }
        }
    }

    private async Task<IReadOnlyList<KeptProcess>> ListKeptAsync()
    {
        try
        {
            return await keeper.ListAsync().ConfigureAwait(false);
        }
        catch (LinuxException e)
        {
            AgentLog.Error("Could not ask the keeper for its processes", e);
            return [];
        }
    }

    private void Place(Guid id, VhdSpec spec)
    {
        var file = Path.Combine(spec.Folder!, Path.GetFileName(spec.Path));
        if (File.Exists(file))
        {
            if (!spec.IsReplacing && Path.Exists(spec.Path))
            {
                // Somebody else's by now: nothing of ours replaces it.
                Forget(id, spec.Folder);
                return;
            }

            File.Move(file, spec.Path, overwrite: spec.IsReplacing);
            TrySyncFolder(spec.Path);
        }

        Finish(id, spec);
    }

    // Nobody else works on these files meanwhile.
    private void GoOn(ResourceRow row, VhdSpec spec, KeptProcess? tool)
    {
        var files = spec.Delete.Append(spec.Path).ToList();
        files.ForEach(file => claims.TryAdd(file, true));
        _ = Task.Run(async () =>
        {
            try
            {
                if (tool is not null)
                {
                    await tool.Exited.ConfigureAwait(false);
                }

                if (spec.Child is not null)
                {
                    await MergeAgainAsync(row.Id, spec).ConfigureAwait(false);
                    return;
                }

                foreach (var user in users.Find(spec.Path).Where(static user => user.Use == VhdUse.Disk))
                {
                    using var machine = await users.HoldAsync("resize the disk of", user.Id, Own).ConfigureAwait(false);
                    await users.RefreshAsync(user.Id, spec.Path).ConfigureAwait(false);
                }

                table.Delete(row.Id);
            }
            catch (Exception e)
            {
                AgentLog.Error($"Could not finish the work on disk '{spec.Path}'; the next start of the agent tries again", e);
            }
            finally
            {
                files.ForEach(file => claims.TryRemove(file, out _));
            }
        });
    }

    // Where the disk on top is gone, all was done but to forget it.
    private async Task MergeAgainAsync(Guid id, VhdSpec spec)
    {
        if (File.Exists(spec.Child))
        {
            AgentLog.Info($"Goes on to merge disk '{spec.Child}' into '{spec.Path}'");
            await CommitAsync(id, spec, null).ConfigureAwait(false);
        }

        Finish(id, spec);
    }
}
