using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Renames a virtual machine.</summary>
/// <remarks>
/// Its id, its disks and their files, its checkpoints and its address stay, and it may run meanwhile. In its network it is found by its new name at once; the host name within the guest is the guest's own.
/// </remarks>
/// <example>
/// <code>Rename-VM web01 www01; Rename-VM www01 web01</code>
/// <para>Gives a machine another name, and its own again.</para>
/// </example>
[Cmdlet(VerbsCommon.Rename, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class RenameVMCommand : VMOperandChangeCommand
{
    /// <summary>Its new name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string NewName { get; set; } = "";

    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = One(words);

    private protected override string? ForOne => nameof(NewName);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RenameVM, new RenameVM { Id = target.Id, Name = target.Name, NewName = NewName }, PassThru);
}
