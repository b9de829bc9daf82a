using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Renames a container.</summary>
/// <remarks>Only its name changes, also while it runs: its id and what it has written stay. In its network it is found by its new name at once. A host name that was its name follows with its next start; one that was given (-HostName) stays.</remarks>
/// <example>
/// <code>Rename-Container job task; Rename-Container task job</code>
/// <para>Gives a container another name, and its own again.</para>
/// </example>
[Cmdlet(VerbsCommon.Rename, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class RenameContainerCommand : ContainerOperandChangeCommand
{
    /// <summary>Its new name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string NewName { get; set; } = "";

    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = One(words);

    private protected override string? ForOne => nameof(NewName);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.RenameContainer, new RenameContainer { Id = target.Id, Name = target.Name, NewName = NewName }, PassThru);
}
