using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets containers.</summary>
/// <remarks>
/// Gives the containers of a host as they are now: all of them, or those of the names, ids or objects given. A name without wildcards that
/// does not exist is an error that names the nearest one; a pattern that matches nothing gives nothing.
/// </remarks>
/// <example>
/// <code>Get-Container</code>
/// <para>Shows every container of this host.</para>
/// </example>
/// <example>
/// <code>Get-Container web* | Where-Object State -eq Running</code>
/// <para>Shows those that run among the containers whose names begin with web.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "Container", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(Container))]
public sealed class GetContainerCommand : ContainerTargetCommand
{
    /// <summary>The names of containers; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(Emit);
}
