using System;
using System.Collections.Generic;
using System.Management.Automation;
using Virt.Completion;
using Virt.Session;

namespace Virt.Commands;

/// <summary>
/// The base of cmdlets that work on VMs and containers together. What the user names and what comes through the pipeline is gathered, and each host is asked
/// once for all of it.
/// </summary>
public abstract class WorkloadCommand : VirtCommand
{
    private readonly Dictionary<string, WorkloadTargets> gathered = new(StringComparer.Ordinal);
    private string[] namedHosts = [];
    private bool isNamed;
    private bool isHostNamed;

    /// <summary>The names of virtual machines; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public string[] VM { get; set; } = [];

    /// <summary>The names of containers; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[] Container { get; set; } = [];

    /// <summary>Virtual machines and containers, as Get-VM and Get-Container give them, also mixed; or what Get-PatchStatus and Invoke-Patch give.</summary>
    [Parameter(ValueFromPipeline = true)]
    [Workload]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>True where none named does not mean all.</summary>
    private protected virtual bool NeedsTarget => true;

    /// <summary>True where the user gave something else that says which workloads are meant.</summary>
    private protected virtual bool HasOtherTarget => false;

    /// <summary>Does what the cmdlet is for, with everything that is meant on one host.</summary>
    private protected abstract void Act(HostCalls host, WorkloadTargets targets);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();

        // A pipeline's objects may bring a ComputerName each, which is theirs and not that of the names beside them.
        isNamed = VM.Length + Container.Length > 0;
        namedHosts = HostNames;
        isHostNamed = ComputerName.Length > 0;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!isNamed)
        {
            Gather(HostNames);
        }

        foreach (var item in InputObject)
        {
            var workload = WorkloadAttribute.Identify(item.BaseObject);
            var hosts = workload.ComputerName.Length > 0 ? [workload.ComputerName] : namedHosts;
            Array.ForEach(hosts, host => On(host).Add(workload, item));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (isNamed)
        {
            Gather(namedHosts);
        }

        // An empty pipeline means nothing, and never everything.
        if (gathered.Count == 0 && !HasOtherTarget && !MyInvocation.ExpectingInput)
        {
            if (NeedsTarget)
            {
                Refuse("TargetRequired", "Cannot tell which workloads are meant: none is named.", null, $"{MyInvocation.MyCommand.Name} -VM web* -Container api");
            }

            Array.ForEach(namedHosts, host => On(host));
        }

        Run(gathered);
    }

    /// <summary>Asks every host for what is meant there.</summary>
    private protected virtual void Run(IReadOnlyDictionary<string, WorkloadTargets> targets)
    {
        if (targets.Count > 0)
        {
            ForEachHost([.. targets.Keys], host => Act(host, targets[host.ComputerName]));
        }
    }

    /// <summary>The hosts that were named, or the default ones.</summary>
    private protected string[] NamedHosts => namedHosts;

    /// <summary>True where the user named hosts.</summary>
    private protected bool IsHostNamed => isHostNamed;

    private void Gather(string[] hosts)
    {
        if (VM.Length + Container.Length > 0)
        {
            Array.ForEach(hosts, host => On(host).Add(VM, Container));
        }
    }

    private WorkloadTargets On(string host)
    {
        if (!gathered.TryGetValue(host, out var targets))
        {
            gathered[host] = targets = new WorkloadTargets();
        }

        return targets;
    }
}
