using System;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on parts of workloads, such as their drives. They are found first, by the names of both, so that a question can say what it is about.</summary>
/// <typeparam name="T">The parts.</typeparam>
public abstract class PartTargetCommand<T> : TargetCommand<T>
    where T : class
{
    /// <summary>Asks a host for what the user named: of these workloads, or, where there are none, of those that the user named.</summary>
    private protected abstract (T[] Items, ErrorInfo[] Errors) Ask(HostCalls host, Guid[] workloads);

    /// <summary>Does what the cmdlet is for, with one of them.</summary>
    private protected virtual void Act(HostCalls host, T part) => Emit(part);

    /// <summary>Why something cannot be done with all of these; null: it can.</summary>
    private protected virtual VirtException? RefusalOf(T[] parts) => null;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        TakePiped();
        if (ParameterSetName is not (ParameterSets.InputObject or ParameterSets.Piped))
        {
            ForEachHost(HostNames, host => Find(host, []));
            return;
        }

        if (RefusalOf(TargetObjects) is { } refusal)
        {
            ThrowTerminatingError(ErrorRecords.From(refusal, TargetObjects));
        }

        ForEachObject(TargetObjects, (host, target) => Act(host, (T)target.Input));
    }

    /// <summary>Works on what workloads have that are piped, each on the host that it came from.</summary>
    private protected void ForEachOwner<TWorkload>(TWorkload[] workloads, Noun<TWorkload> noun)
        where TWorkload : class
    {
        foreach (var group in workloads.Select(noun.Identify).ToLookup(item => item.ComputerName, StringComparer.Ordinal))
        {
            ForEachHost(group.Key.Length > 0 ? [group.Key] : HostNames, host => Find(host, [.. group.Select(item => item.Id)]));
        }
    }

    private void Find(HostCalls host, Guid[] workloads)
    {
        var (items, errors) = Ask(host, workloads);
        if (RefusalOf(items) is { } refusal)
        {
            throw refusal;
        }

        Array.ForEach(items, item => Guard(TargetIds.Length > 0 ? Noun.Identify(item).Id : Noun.Identify(item).Name, () => Act(host, item)));
        Report(errors);
    }
}
