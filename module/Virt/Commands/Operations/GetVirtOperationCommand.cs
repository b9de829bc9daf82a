using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets operations: what the host does now and has done.</summary>
/// <remarks>
/// Every change is an operation on its host, whoever asked for it and in whichever session. It goes on when that session ends.
/// </remarks>
/// <example>
/// <code>Get-VirtOperation -Running</code>
/// <para>Shows what goes on now.</para>
/// </example>
/// <example>
/// <code>Get-VirtOperation | Where-Object State -eq Failed | Select-Object Method, Target, ErrorMessage</code>
/// <para>Shows what has failed, and why.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VirtOperation", DefaultParameterSetName = ParameterSets.Id)]
[OutputType(typeof(VirtOperation))]
public sealed class GetVirtOperationCommand : OperationTargetCommand
{
    /// <summary>The ids of operations. Without it: all that the host still knows.</summary>
    [Parameter(Position = 0, ParameterSetName = ParameterSets.Id)]
    [ArgumentCompleter(typeof(OperationIdCompleter))]
    public override Guid[] Id { get; set; } = [];

    /// <summary>Only those that have not ended.</summary>
    [Parameter]
    public SwitchParameter Running { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(operation =>
        Emit(Running && operation.State != OperationState.Running ? null : operation));
}
