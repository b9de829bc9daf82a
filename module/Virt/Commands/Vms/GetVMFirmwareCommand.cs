using System;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets the firmware of virtual machines.</summary>
/// <remarks>
/// Gives the kind of firmware, in which order it looks for something to start, whether it starts only what is signed, and what the guest reads of its maker; all of it as it is from the next start on.
/// </remarks>
/// <example>
/// <code>Get-VMFirmware web01</code>
/// <para>Shows the firmware of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM | Get-VMFirmware | Where-Object SecureBoot -eq $false</code>
/// <para>Shows which machines start what is not signed.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMFirmware", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMFirmware))]
public sealed class GetVMFirmwareCommand : VMTargetCommand
{
    /// <summary>The names of virtual machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Alias("VMName")]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] Name { get; set; } = [];

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
        var found = host.Invoke(Methods.GetVMFirmware, new GetVMFirmware { Names = names, Ids = ids });
        Array.ForEach(found.Items, Emit);
        Report(found.Errors);
    });
}
