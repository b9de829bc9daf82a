using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Has hosts patch workloads by themselves.</summary>
/// <remarks>
/// The agent runs the schedule, whether or not somebody is logged in. At each run it looks up which workloads the names mean, and patches them as Invoke-Patch
/// would; its runs are operations of the user schedule:NAME and stand in Get-PatchHistory. No workload is begun after the window. Two runs of a schedule
/// never go on at once. Workloads from the pipeline are kept by their names.
/// </remarks>
/// <example>
/// <code>Register-PatchSchedule -Name weekly -Cron '0 3 * * SUN' -TimeZone Europe/Berlin -Window 4h -VM web* -Container web -HealthTimeoutSeconds 120</code>
/// <para>Patches every Sunday at three, and begins no workload after seven.</para>
/// </example>
/// <example>
/// <code>Register-PatchSchedule -Name security -Cron '30 2 * * *' -VM * -SecurityOnly -MissedRun RunOnce -WhatIf</code>
/// <para>Checks a schedule that would install security updates every night, and make up for a night that it missed, without making it.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Register, "PatchSchedule", SupportsShouldProcess = true)]
[OutputType(typeof(PatchSchedule))]
public sealed class RegisterPatchScheduleCommand : PatchOptionsCommand
{
    /// <summary>Its name, unique on the host.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>When: minute, hour, day of the month, month and day of the week, as in crontab(5), such as '0 3 * * SUN'.</summary>
    [Parameter(Mandatory = true)]
    public string Cron { get; set; } = "";

    /// <summary>Whose clock is meant, as an IANA name such as Europe/Berlin. Where a change of the clock skips the time it runs right after, where it brings it twice the first counts.</summary>
    [Parameter]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>How long after its time workloads may still be begun, such as 4h or 90m.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(4);

    /// <summary>What becomes of a run whose time has passed while the agent did not run: it is left out, or made up for once while its window is open.</summary>
    [Parameter]
    [PSDefaultValue(Value = MissedRunPolicy.Skip)]
    public MissedRunPolicy MissedRun { get; set; }

    /// <summary>Replace a schedule of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private protected override void Act(HostCalls host, WorkloadTargets targets) => Guard(Name, () =>
    {
        var (vms, containers) = targets.ToNames();
        var schedule = new PatchSchedule
        {
            Name = Name,
            Cron = Cron,
            TimeZone = TimeZone,
            Window = Window,
            MissedRun = MissedRun,
            VMNames = vms,
            ContainerNames = containers,
            Filter = Filter,
            Options = Options,
        };
        Change(host, new Target(Guid.Empty, Name, Name), Methods.RegisterPatchSchedule, new RegisterPatchSchedule { Schedule = schedule, Replace = Force });
    });
}
