using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>The workloads of one host that a cmdlet was given, by name and by id, and what the user gave for each.</summary>
internal sealed class WorkloadTargets
{
    private readonly List<string> vmNames = [];
    private readonly List<string> containerNames = [];
    private readonly Dictionary<Guid, (WorkloadKind Kind, string Name, object Input)> byId = [];

    /// <summary>As the agent is told of them.</summary>
    public PatchTargets ToRequest() => new()
    {
        VMNames = Distinct(vmNames),
        VMIds = Ids(WorkloadKind.VM),
        ContainerNames = Distinct(containerNames),
        ContainerIds = Ids(WorkloadKind.Container),
    };

    /// <summary>Names and patterns only, for what is looked up later.</summary>
    public (string[] VMs, string[] Containers) ToNames() =>
        (Distinct(vmNames.Concat(Named(WorkloadKind.VM))), Distinct(containerNames.Concat(Named(WorkloadKind.Container))));

    /// <summary>Takes names.</summary>
    public void Add(string[] vms, string[] containers)
    {
        vmNames.AddRange(vms);
        containerNames.AddRange(containers);
    }

    /// <summary>Takes an object; one that was made by hand, for a test, may have no id.</summary>
    public void Add(WorkloadIdentity workload, PSObject input)
    {
        if (workload.Id != Guid.Empty)
        {
            byId[workload.Id] = (workload.Kind, workload.Name, input.BaseObject);
        }
        else
        {
            (workload.Kind == WorkloadKind.VM ? vmNames : containerNames).Add(workload.Name);
        }
    }

    /// <summary>What the user gave for a workload: an object, or its name.</summary>
    public object InputOf(Guid id, string name) => byId.TryGetValue(id, out var given) ? given.Input : name;

    /// <summary>A few words for questions and progress.</summary>
    public override string ToString()
    {
        var (vms, containers) = ToNames();
        return string.Join(", ", vms.Select(name => "VM " + name).Concat(containers.Select(name => "container " + name)).DefaultIfEmpty("all workloads"));
    }

    private static string[] Distinct(IEnumerable<string> names) => [.. names.Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    private Guid[] Ids(WorkloadKind kind) => [.. byId.Where(pair => pair.Value.Kind == kind).Select(pair => pair.Key)];

    private IEnumerable<string> Named(WorkloadKind kind) => byId.Values.Where(given => given.Kind == kind).Select(given => given.Name);
}
