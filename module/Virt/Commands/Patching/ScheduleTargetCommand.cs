using System;
using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>The base of cmdlets that work on patch schedules.</summary>
public abstract class ScheduleTargetCommand : TargetCommand<PatchSchedule>
{
    /// <summary>The names of schedules; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ScheduleNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    /// <summary>Schedules, as Get-PatchSchedule gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(PatchSchedule))]
    public PatchSchedule[] InputObject { get; set; } = [];

    private protected override string[] TargetNames => Name;

    private protected override PatchSchedule[] TargetObjects => InputObject;

    // A schedule's name is what finds it.
    private protected override Guid[] TargetIds => [];

    private protected override Noun<PatchSchedule> Noun => Nouns.PatchSchedule;
}
