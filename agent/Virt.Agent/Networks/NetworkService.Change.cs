using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Protocol;

namespace Virt.Agent.Networks;

public sealed partial class NetworkService
{
    /// <summary>Changes a network, also while it is used.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState (members publish ports, and it would be isolated); NotSupported.</exception>
    public async Task<VirtNetwork> SetAsync(SetVirtNetwork request, Call call)
    {
        var entry = Find("change", request.Id, request.Name);
        call.WorksOn(entry.Name);
        NewNetworkCheck.CheckMode("change", entry.Name, request.Mode);
        NewNetworkCheck.CheckMtu("change", entry.Name, request.MtuBytes);
        using var held = await LockAsync("change", entry, call.Cancellation).ConfigureAwait(false);
        CheckMembers(entry, request.Mode);
        if (call.WhatIf)
        {
            return Show(entry);
        }

        entry.Set(table, NetworkPhase.Ready, entry.Spec with
        {
            Mode = request.Mode ?? entry.Spec.Mode,
            MtuBytes = request.MtuBytes ?? entry.Spec.MtuBytes,
            Labels = request.Labels ?? entry.Spec.Labels,
        });
        await FaultPoint.ReachAsync(NetworkFaults.SetWritten).ConfigureAwait(false);
        try
        {
            MakeLinks(entry);
            SetInnerMtu(entry);
            MakeRules(entry);
        }
        catch (LinuxException e)
        {
            throw NotMade("change", entry, e);
        }

        Serve(entry);
        Tell(entry, VirtEventAction.Changed);
        return Show(entry);
    }

    /// <summary>Removes a network that nothing belongs to.</summary>
    /// <exception cref="VirtException">NotFound; WrongState: something belongs to it, and what.</exception>
    public async Task<Nothing> RemoveAsync(RemoveVirtNetwork request, Call call)
    {
        var entry = Find("remove", request.Id, request.Name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync("remove", entry, call.Cancellation).ConfigureAwait(false);
        lock (gate)
        {
            if (entry.Members.Count > 0)
            {
                throw new VirtException(
                    ErrorCode.WrongState, "NetworkInUse", $"Cannot remove network '{entry.Name}': {Words(entry.Members.Values)} in it.", entry.Name, $"Get-VirtNetwork -Name {entry.Name}");
            }

            if (call.WhatIf)
            {
                return new Nothing();
            }

            entry.Set(table, NetworkPhase.Removing); // from now on nobody joins it
        }

        try
        {
            await UnmakeAsync(entry).ConfigureAwait(false);
            Tell(entry, VirtEventAction.Removed);
        }
        catch (LinuxException e)
        {
            throw NotMade("remove", entry, e);
        }

        return new Nothing();
    }

    private async Task UnmakeAsync(NetworkEntry entry)
    {
        await FaultPoint.ReachAsync(NetworkFaults.RemoveWritten).ConfigureAwait(false);
        await names.EndAsync(entry.Id).ConfigureAwait(false);
        await addressServer.EndAsync(entry.Id).ConfigureAwait(false);
        Unlink(entry);
        await FaultPoint.ReachAsync(NetworkFaults.RemoveUnlinked).ConfigureAwait(false);
        Unrule(entry);
        await FaultPoint.ReachAsync(NetworkFaults.RemoveUnruled).ConfigureAwait(false);
        table.Delete(entry.Id);
        entries.TryRemove(entry.Id, out _);
        entry.IsRemoved = true;
    }

    private void CheckMembers(NetworkEntry entry, VirtNetworkMode? mode)
    {
        if (mode != VirtNetworkMode.Isolated)
        {
            return;
        }

        lock (gate)
        {
            var publishing = entry.Members.Values.Where(static m => m.Attachment.Ports.Count > 0).ToList();
            if (publishing.Count > 0)
            {
                throw new VirtException(
                    ErrorCode.WrongState, "NetworkInUse", $"Cannot change network '{entry.Name}': {Words(publishing)} in it and would publish ports of an isolated network.", entry.Name, $"Get-VirtNetwork -Name {entry.Name}");
            }
        }
    }

    // "container 'a', container 'b' and 3 more are"
    private static string Words(IReadOnlyCollection<NetworkMember> members)
    {
        const int Named = 3;
        var words = members.OrderBy(static m => m.Name, StringComparer.OrdinalIgnoreCase).Take(Named).Select(static m => $"{m.Kind} '{m.Name}'").ToList();
        if (members.Count > Named)
        {
            words.Add($"{members.Count - Named} more");
        }

        return $"{(words.Count > 1 ? $"{string.Join(", ", words[..^1])} and {words[^1]}" : words[0])} {(members.Count > 1 ? "are" : "is")}";
    }
}
