using System;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that show what every virtual machine has one of; of all machines where none is named.</summary>
/// <typeparam name="T">What they show.</typeparam>
public abstract class GetVMPartCommand<T> : VMTargetCommand
    where T : class
{
    /// <summary>The names of virtual machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Alias("VMName")]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <summary>Asks a host.</summary>
    private protected abstract (T[] Items, ErrorInfo[] Errors) Find(HostCalls host, string[] names, Guid[] ids);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject.Length == 0)
        {
            Show(HostNames, Name, Id);
        }

        foreach (var group in InputObject.ToLookup(item => (item.ComputerName, item.Id != Guid.Empty)))
        {
            Show(group.Key.ComputerName.Length > 0 ? [group.Key.ComputerName] : HostNames, group.Key.Item2 ? [] : [.. group.Select(item => item.Name)], group.Key.Item2 ? [.. group.Select(item => item.Id)] : []);
        }
    }

    private void Show(string[] hosts, string[] names, Guid[] ids) => ForEachHost(hosts, host =>
    {
        var (items, errors) = Find(host, names, ids);
        Array.ForEach(items, Emit);
        Report(errors);
    });
}
