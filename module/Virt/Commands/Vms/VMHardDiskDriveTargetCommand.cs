using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that change disks of virtual machines.</summary>
public abstract class VMHardDiskDriveTargetCommand : VMDriveTargetCommand
{
    /// <summary>The names of disks, such as disk1; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMHardDiskDriveNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override string[] DriveNames => Name;

    private protected override VMDriveType Type => VMDriveType.HardDisk;
}
