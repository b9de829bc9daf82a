using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on drives of virtual machines.</summary>
public abstract class VMDriveTargetCommand : PartTargetCommand<VMDrive>
{
    /// <summary>The names of the drives' machines; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public virtual string[] VMName { get; set; } = [];

    /// <summary>Drives, as Get-VMHardDiskDrive and Get-VMDvdDrive give them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VMDrive))]
    public VMDrive[] InputObject { get; set; } = [];

    /// <summary>The ids of drives.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    private protected abstract string[] DriveNames { get; }

    private protected abstract VMDriveType Type { get; }

    private protected override string[] TargetNames => DriveNames;

    private protected override VMDrive[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override Noun<VMDrive> Noun => Type == VMDriveType.HardDisk ? Nouns.HardDiskDrive : Nouns.DvdDrive;

    private protected override (VMDrive[] Items, ErrorInfo[] Errors) Ask(HostCalls host, Guid[] workloads)
    {
        var found = host.Invoke(Methods.GetVMDrive, new GetVMDrive { VMNames = VMName, VMIds = workloads, Names = DriveNames, Ids = Id, Type = Type });
        return (found.Items, found.Errors);
    }

    /// <summary>What a question is about: the drive, its machine and what is in it.</summary>
    private protected static Target TargetOf(VMDrive drive) => new(drive.Id, $"{drive.Name} of {drive.VMName}{(drive.Path.Length > 0 ? $", '{drive.Path}'" : "")}", drive);
}
