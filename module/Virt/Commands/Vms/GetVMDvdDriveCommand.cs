using System;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets the DVD drives of virtual machines.</summary>
/// <remarks>
/// Gives each DVD drive with the image that is in it; an empty Path is an empty drive.
/// </remarks>
/// <example>
/// <code>Get-VMDvdDrive web02</code>
/// <para>Shows the DVD drives of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VMDvdDrive | Where-Object Path -ne ''</code>
/// <para>Shows what is in the DVD drives of all machines.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMDvdDrive", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMDrive))]
public sealed class GetVMDvdDriveCommand : VMDriveTargetCommand
{
    private const string Machine = "VM";

    /// <summary>The names of machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] VMName { get; set; } = [];

    /// <summary>Machines, as Get-VM gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = Machine)]
    [Kind(typeof(VM))]
    public VM[] VM { get; set; } = [];

    /// <summary>The names of DVD drives, such as dvd0; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = Machine)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMDvdDriveNameCompleter))]
    public string[] Name { get; set; } = [];

    private protected override string[] DriveNames => Name;

    private protected override VMDriveType Type => VMDriveType.Dvd;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ParameterSets.InputObject)
        {
            ForEachFound(Emit);
            return;
        }

        if (ParameterSetName != Machine)
        {
            base.ProcessRecord();
            return;
        }

        foreach (var group in VM.ToLookup(item => item.ComputerName, StringComparer.Ordinal))
        {
            ForEachHost(group.Key.Length > 0 ? [group.Key] : HostNames, host => Find(host, new GetVMDrive { VMIds = [.. group.Select(item => item.Id)], Names = Name, Type = Type }));
        }
    }
}
