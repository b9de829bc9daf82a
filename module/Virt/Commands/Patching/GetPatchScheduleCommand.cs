using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets patch schedules.</summary>
/// <remarks>Says when each runs next, when it ran last, and how that went. Get-PatchHistory -Id (Get-PatchSchedule weekly).LastRunId says what it did.</remarks>
/// <example>
/// <code>Get-PatchSchedule</code>
/// <para>Shows the schedules of this host.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "PatchSchedule", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(PatchSchedule))]
public sealed class GetPatchScheduleCommand : ScheduleTargetCommand
{
    /// <summary>The names of schedules; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ScheduleNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(Emit);
}
