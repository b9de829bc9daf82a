using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Removes patch schedules.</summary>
/// <remarks>A run of the schedule that is under way goes on; Get-VirtOperation finds it.</remarks>
/// <example>
/// <code>
/// Register-PatchSchedule -Name weekly -Cron '0 3 * * SUN' -VM web*
/// Unregister-PatchSchedule weekly
/// </code>
/// <para>Makes a schedule and removes it again.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Unregister, "PatchSchedule", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterPatchScheduleCommand : ScheduleTargetCommand
{
    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.UnregisterPatchSchedule, new UnregisterPatchSchedule { Name = target.Name });
}
