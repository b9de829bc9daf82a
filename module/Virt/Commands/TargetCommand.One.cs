using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Session;

namespace Virt.Commands;

/// <content>What only one object can have, such as a new name: several are refused before anything is done with the first.</content>
public abstract partial class TargetCommand<T>
{
    private readonly List<string> gatheredNames = [];
    private readonly List<T> gatheredObjects = [];
    private readonly List<Guid> gatheredIds = [];
    private string[]? gatheredHosts;

    /// <summary>The parameter that only one object can have; null: there is none, as the cmdlet was called.</summary>
    private protected virtual string? ForOne => null;

    /// <summary>True where what it names is here, and not on each of several hosts.</summary>
    private protected virtual bool IsForOneHost => false;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (gatheredHosts is not { } hosts || ForOne is not { } parameter)
        {
            return;
        }

        var found = new List<(string Host, Target Target)>();
        var gate = new object();
        void Note(HostCalls host, Target target)
        {
            lock (gate)
            {
                found.Add((host.ComputerName, target));
            }
        }

        ForEachObject([.. gatheredObjects], Note);
        if (gatheredNames.Count + gatheredIds.Count > 0)
        {
            ForEachHost(hosts, host => Resolve(host, gatheredNames, gatheredIds).ForEach(target => Note(host, target)));
        }

        var all = found.GroupBy(static one => (one.Host, one.Target.Name.ToLowerInvariant())).Select(static group => group.First()).ToList();
        if (all.GroupBy(one => IsForOneHost ? "" : one.Host).FirstOrDefault(static group => group.Count() > 1) is { } several)
        {
            var first = several.First().Target.Name;
            Refuse(
                "SeveralObjects",
                $"Cannot run {MyInvocation.MyCommand.Name} for {string.Join(", ", several.Select(static one => $"'{one.Target.Name}'"))}: -{parameter} is for one of them; nothing was done.",
                MyInvocation.BoundParameters.TryGetValue(parameter, out var given) ? given : null,
                $"{MyInvocation.MyCommand.Name} '{first}' -{parameter} '{(given is string[] many ? string.Join("', '", many) : given)}'");
        }

        foreach (var group in all.ToLookup(static one => one.Host, static one => one.Target))
        {
            ForEachHost([group.Key], host => group.ToList().ForEach(target => Guard(target.Input, () => Act(host, target))));
        }
    }

    // One that is typed holds for all that come; one that each object brings along (Import-Csv) is its own.
    private bool Gather()
    {
        if (ForOne is not { } parameter || !Typed.Contains(parameter))
        {
            return false;
        }

        gatheredNames.AddRange(NamedTargets);
        gatheredObjects.AddRange(TargetObjects);
        gatheredIds.AddRange(TargetIds);
        gatheredHosts = [.. (gatheredHosts ?? []).Union(HostNames, StringComparer.Ordinal)];
        return true;
    }
}
