using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the disks of virtual machines.</summary>
/// <remarks>
/// Gives each disk with its size as the guest sees it, its file on the host and its limits. disk0 is the one that the machine was made with.
/// </remarks>
/// <example>
/// <code>Get-VMHardDiskDrive web01</code>
/// <para>Shows the disks of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VM web0* | Get-VMHardDiskDrive | Where-Object SizeBytes -gt 100GB</code>
/// <para>Shows large disks of several machines.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMHardDiskDrive", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMDrive))]
public sealed class GetVMHardDiskDriveCommand : GetVMDriveCommand
{
    /// <summary>The names of disks, such as disk1; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = Machine)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMHardDiskDriveNameCompleter))]
    public string[] Name { get; set; } = [];

    private protected override string[] DriveNames => Name;

    private protected override VMDriveType Type => VMDriveType.HardDisk;
}
