using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Moves disks of virtual machines to another folder of their host, while they run.</summary>
/// <remarks>
/// <para>
/// All disks of the machine go, one after the other. The guest goes on while a disk is copied, and stands still for a moment when the new file takes the place of the old one, which then is gone. A file keeps its name, format,
/// and what it stands on, such as the image that the machine was made from. Until that moment Ctrl+C or Stop-VirtOperation cancels it, and the machine has what it had; whatever ends meanwhile, of each disk there is the one file
/// or the other.
/// </para>
/// <para>
/// There must be room for the disks, as far as something was ever written to them. A machine that has checkpoints or linked copies is refused.
/// </para>
/// </remarks>
/// <example>
/// <code>Move-VMStorage web02 /tmp -PassThru | Format-List Name, DiskPath</code>
/// <para>Moves the disks of a machine, and shows where the first is.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Move-VMStorage -DestinationStoragePath /tmp -WhatIf</code>
/// <para>Says whether it could be moved.</para>
/// </example>
[Cmdlet(VerbsCommon.Move, "VMStorage", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class MoveVMStorageCommand : VMOperandChangeCommand
{
    /// <summary>The folder, an absolute path of the host; it must be there.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    [Alias("DestinationPath")]
    public string DestinationStoragePath { get; set; } = "";

    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => DestinationStoragePath = One(words);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.MoveVMStorage, new MoveVMStorage { Id = target.Id, Name = target.Name, DestinationStoragePath = DestinationStoragePath }, PassThru);
}
