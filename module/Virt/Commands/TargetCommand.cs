using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on objects which the user names, pipes in, or gives the ids of.</summary>
/// <typeparam name="T">The objects, such as <see cref="VM"/>.</typeparam>
public abstract partial class TargetCommand<T> : VirtCommand
    where T : class
{
    private protected abstract string[] TargetNames { get; }

    private protected abstract T[] TargetObjects { get; }

    private protected abstract Guid[] TargetIds { get; }

    private protected abstract Noun<T> Noun { get; }

    /// <summary>True where the user gave a parameter. What an object that is piped says of itself is no wish.</summary>
    private protected bool IsWanted(string parameter) => IsGiven(parameter) && (ParameterSetName is not (ParameterSets.InputObject or ParameterSets.Piped) || Typed.Contains(parameter));

    /// <summary>Does what the cmdlet is for, with one object.</summary>
    private protected virtual void Act(HostCalls host, Target target)
    {
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        TakePiped();
        if (!Gather())
        {
            ForEachTarget(Act);
        }
    }

    /// <summary>Finds what the user gave on every host, and hands it over one by one.</summary>
    private protected void ForEachTarget(Action<HostCalls, Target> act)
    {
        if (TargetObjects.Length == 0)
        {
            ForEachHost(HostNames, host => Resolve(host, TargetNames, TargetIds).ForEach(target => Guard(target.Input, () => act(host, target))));
            return;
        }

        ForEachObject(TargetObjects, act);
    }

    /// <summary>Hands objects over one by one, each with the host that it came from; one that was made by hand, for a test, may not know it.</summary>
    private protected void ForEachObject(T[] objects, Action<HostCalls, Target> act)
    {
        foreach (var group in objects.ToLookup(item => Noun.Identify(item).ComputerName, StringComparer.Ordinal))
        {
            var hosts = group.Key.Length > 0 ? [group.Key] : HostNames;
            ForEachHost(hosts, host => group.ToList().ForEach(item => Guard(item, () => act(host, ToTarget(item, item)))));
        }
    }

    /// <summary>Reads what the user gave from every host in one call each, and hands it over one by one.</summary>
    private protected void ForEachFound(Action<T> show) => ForEachFound((_, item) => show(item));

    /// <summary>The same, with the host that it came from.</summary>
    private protected void ForEachFound(Action<HostCalls, T> show)
    {
        var objects = TargetObjects.Select(Noun.Identify).ToLookup(item => item.ComputerName, StringComparer.Ordinal);
        if (objects.Count == 0)
        {
            Read(HostNames, TargetNames, TargetIds);
        }

        foreach (var group in objects)
        {
            var known = group.ToLookup(item => item.Id != Guid.Empty);
            Read(group.Key.Length > 0 ? [group.Key] : HostNames, [.. known[false].Select(item => item.Name)], [.. known[true].Select(item => item.Id)]);
        }

        void Read(string[] hosts, string[] names, Guid[] ids) => ForEachHost(hosts, host =>
        {
            var (items, errors) = Noun.Find(host, names, ids);
            Array.ForEach(items, item => show(host, item));
            Report(errors);
        });
    }

    /// <summary>Does what only one that runs can be asked for; of those that a pattern means, with the ones that run.</summary>
    private protected static void WhereItRuns(Target target, Action act)
    {
        try
        {
            act();
        }
        catch (VirtException e) when (e.Code == ErrorCode.WrongState && target.Input is string text && WildcardPattern.ContainsWildcardCharacters(text))
        {
            // The user has not asked for this one.
        }
    }

    /// <summary>Throws where the object is not there.</summary>
    private protected void Require(HostCalls host, Target target)
    {
        var byName = target.Id == Guid.Empty;
        var (_, errors) = Noun.Find(host, byName ? [target.Name] : [], byName ? [] : [target.Id]);
        if (errors.Length > 0)
        {
            throw new VirtException(errors[0]);
        }
    }

    // A literal name goes to the agent as it is: it knows best whether that exists, in one round trip.
    private List<Target> Resolve(HostCalls host, IReadOnlyCollection<string> names, IReadOnlyCollection<Guid> ids)
    {
        var targets = new List<Target>();
        foreach (var name in names)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                targets.AddRange(Noun.Find(host, [name], []).Items.Select(item => ToTarget(item, name)));
            }
            else
            {
                targets.Add(new Target(Guid.Empty, name, name));
            }
        }

        if (ids.Count > 0)
        {
            var (items, errors) = Noun.Find(host, [], [.. ids]);
            targets.AddRange(items.Select(item => ToTarget(item, Noun.Identify(item).Id)));
            Report(errors);
        }

        return targets;
    }

    private Target ToTarget(T item, object input)
    {
        var (id, name, _) = Noun.Identify(item);
        return new Target(id, name, input);
    }
}
