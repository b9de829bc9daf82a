using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes virtual machines.</summary>
/// <remarks>
/// What is not given stays as it is. Published ports, notes and what is done with the machine when its host starts or stops change at once. Memory, processors and hot-plug ports of a machine that
/// runs or is saved wait for its next start: a warning says so, PendingChanges names them, and Restart-VM brings them about, once one that is saved has gone on.
/// </remarks>
/// <example>
/// <code>Set-VM web01 -ProcessorCount 2 -MemoryStartupBytes 512MB</code>
/// <para>Gives a machine more of the host; if it runs, from its next start on.</para>
/// </example>
/// <example>
/// <code>Set-VM web02 -AutomaticStartAction Start -After web01 -AutomaticStartDelaySeconds 30 -AutomaticStopAction Save</code>
/// <para>Starts a machine with its host, after another one and half a minute later, and saves it when the host stops.</para>
/// </example>
/// <example>
/// <code>Set-VM web01 -CheckpointType Production</code>
/// <para>Lets the guest bring its file systems to rest for each of its checkpoints, from now on.</para>
/// </example>
/// <example>
/// <code>Set-VM web01 -CheckpointSchedule '0 3 * * *' -CheckpointTimeZone Europe/Berlin -CheckpointExpiresAfter 7d -PassThru | Select-Object Name, NextCheckpointTime</code>
/// <para>Makes a checkpoint of it every night at three, and lets each go after a week. CheckpointProblem (Get-VM) says why there is none of a night, and an event tells of it.</para>
/// </example>
/// <example>
/// <code>Set-VM web02 -UsbTablet -PassThru | Select-Object Name, HasUsbTablet</code>
/// <para>Lets the pointer of a guest with a desktop follow that of whoever looks at its screen (VncSocketPath).</para>
/// </example>
/// <example>
/// <code>Set-VM web02 -WatchdogAction Reset</code>
/// <para>Gives a machine that is off a watchdog: it is reset when its guest hangs.</para>
/// </example>
/// <example>
/// <code>Set-VM web01 -HealthHttp http://127.0.0.1/ -HealthIntervalSeconds 10</code>
/// <para>Asks the guest every ten seconds whether its web server answers; Get-VM shows it, Wait-VM -For Healthy waits for it, Watch-VirtEvent tells when it changes.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Set-VM -Notes 'patched by team web' -PassThru | Select-Object Name, Notes</code>
/// <para>Writes the same words on several machines.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class SetVMCommand : VMChangeCommand
{
    /// <summary>The guest's memory, such as 4GB; 32MB at least.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("MemoryBytes")]
    [ByteSize]
    public long MemoryStartupBytes { get; set; }

    /// <summary>Virtual processors, 1 to 240.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int ProcessorCount { get; set; }

    /// <summary>How many devices of their own, such as network adapters and Virtio disks, can come while it runs: 0 to 16. Each costs the guest about 10 ms while it boots.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int HotplugPortCount { get; set; }

    /// <summary>Your own words on it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Notes { get; set; } = "";

    /// <summary>Whether it is started when its host has started: always, where it ran when the host stopped, or never.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMStartAction AutomaticStartAction { get; set; }

    /// <summary>So long after its host, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AutomaticStartDelay")]
    [ValidateRange(0, 86400)]
    public int AutomaticStartDelaySeconds { get; set; }

    /// <summary>The machines that are started before it when the host has started; a ring of machines that wait for each other is refused; @(): none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] After { get; set; } = [];

    /// <summary>What becomes of it when its host stops.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMStopAction AutomaticStopAction { get; set; }

    /// <summary>What its checkpoints are where Checkpoint-VM does not say it: Standard, with memory; Production, its guest at rest, else Standard; ProductionOnly; or Disabled: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMCheckpointType CheckpointType { get; set; }

    /// <summary>
    /// Make checkpoints of it by themselves, each time while it runs: minute, hour, day of the month, month and day of the week, as in crontab(5); '': no more. A time at which the agent did not run is made up
    /// for when it runs again.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string CheckpointSchedule { get; set; } = "";

    /// <summary>On whose clock these times are, such as Europe/Berlin; UTC where nobody says it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string CheckpointTimeZone { get; set; } = "";

    /// <summary>Let each of these checkpoints go by itself after this time, such as 7d or 12h; a schedule must have it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Duration]
    public TimeSpan CheckpointExpiresAfter { get; set; }

    /// <summary>
    /// What becomes of it when its guest has not fed its watchdog in time: Reset, PowerOff, Shutdown (it is asked to), Pause, InjectNmi, Notify (an event only), or None: it has no watchdog. Only while it is off.
    /// The guest sees an i6300esb, and something in it must feed /dev/watchdog: RuntimeWatchdogSec of systemd does.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMWatchdogAction WatchdogAction { get; set; }

    /// <summary>Give the guest a USB tablet, so that its pointer is where that of a viewer of its screen is; -UsbTablet:$false takes it away. The machine must be off.</summary>
    [Parameter]
    public SwitchParameter UsbTablet { get; set; }

    /// <summary>Give its guest an agent of its own, for containers in it, as New-VM -WithAgent does; -WithAgent:$false takes the way to it away, not the agent. The machine must be off.</summary>
    [Parameter]
    public SwitchParameter WithAgent { get; set; }

    /// <summary>All ports of the host that lead to it, as for New-VM; @(): none. What stays is not interrupted.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] Publish { get; set; } = [];

    /// <summary>All addresses and subnets from which its published ports can be reached; @(): any.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] AllowFrom { get; set; } = [];

    /// <summary>How it is asked whether it works, as a whole: see New-HealthCheck; $null: not at all. In place of the other -Health parameters.</summary>
    [Parameter]
    [AllowNull]
    public HealthCheck? HealthCheck { get; set; }

    /// <summary>A command in its guest whose exit code must be 0; one string is run by /bin/sh. With -HealthTcp and -HealthHttp it takes the place of all that was asked; @(): it is not asked.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[] HealthCommand { get; set; } = [];

    /// <summary>A TCP port in its guest that must take a connection; 0: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int HealthTcp { get; set; }

    /// <summary>An address such as http://127.0.0.1:8080/ready, asked from inside its guest, whose answer must be 200 to 399; '': none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string HealthHttp { get; set; } = "";

    /// <summary>How long to wait between two questions, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double HealthIntervalSeconds { get; set; }

    /// <summary>How long an answer may take, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double HealthTimeoutSeconds { get; set; }

    /// <summary>How long after its start a failure does not count, as long as no question was answered as it should be, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double HealthStartPeriodSeconds { get; set; }

    /// <summary>How many failures in a row make it unhealthy.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int HealthRetries { get; set; }

    /// <summary>Write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        Change(host, target, Methods.SetVM, Request(target), PassThru, Follow, static machine => Waits(machine, "would wait"));

        object Follow(HostCalls calls, VM machine)
        {
            if (machine.PendingChanges.Length > 0)
            {
                Warn($"VM '{machine.Name}': {Waits(machine, "waits")}");
            }

            return WarnOfMissing(calls, machine, IsWanted(nameof(After)) ? After : []);
        }
    }

    private static string Waits(VM machine, string verb) =>
        NextStart.Words(machine.Name, machine.State, machine.PendingChanges, verb);

    private SetVM Request(Target target) => new()
    {
        Id = target.Id,
        Name = target.Name,
        MemoryStartupBytes = IsWanted(nameof(MemoryStartupBytes)) ? MemoryStartupBytes : null,
        ProcessorCount = IsWanted(nameof(ProcessorCount)) ? ProcessorCount : null,
        HotplugPortCount = IsWanted(nameof(HotplugPortCount)) ? HotplugPortCount : null,
        Notes = IsWanted(nameof(Notes)) ? Notes : null,
        AutomaticStartAction = IsWanted(nameof(AutomaticStartAction)) ? AutomaticStartAction : null,
        AutomaticStartDelay = IsWanted(nameof(AutomaticStartDelaySeconds)) ? Seconds(AutomaticStartDelaySeconds) : null,
        After = IsWanted(nameof(After)) ? After : null,
        AutomaticStopAction = IsWanted(nameof(AutomaticStopAction)) ? AutomaticStopAction : null,
        CheckpointType = IsWanted(nameof(CheckpointType)) ? CheckpointType : null,
        CheckpointSchedule = IsWanted(nameof(CheckpointSchedule)) ? CheckpointSchedule : null,
        CheckpointTimeZone = IsWanted(nameof(CheckpointTimeZone)) ? CheckpointTimeZone : null,
        CheckpointExpiresAfter = IsWanted(nameof(CheckpointExpiresAfter)) ? CheckpointExpiresAfter : null,
        WatchdogAction = IsWanted(nameof(WatchdogAction)) ? WatchdogAction : null,
        HasUsbTablet = IsWanted(nameof(UsbTablet)) ? UsbTablet.ToBool() : null,
        HasAgent = IsWanted(nameof(WithAgent)) ? WithAgent.ToBool() : null,
        Publish = IsWanted(nameof(Publish)) ? Publish : null,
        AllowFrom = IsWanted(nameof(AllowFrom)) ? AllowFrom : null,
        Health = HealthChange(),
    };

    private HealthCheckChange HealthChange()
    {
        var parts = new HealthCheckChange
        {
            Command = IsWanted(nameof(HealthCommand)) ? HealthParameters.Words(HealthCommand) : null,
            TcpPort = IsWanted(nameof(HealthTcp)) ? HealthTcp : null,
            HttpUrl = IsWanted(nameof(HealthHttp)) ? HealthHttp : null,
            Interval = IsWanted(nameof(HealthIntervalSeconds)) ? TimeSpan.FromSeconds(HealthIntervalSeconds) : null,
            ProbeTimeout = IsWanted(nameof(HealthTimeoutSeconds)) ? TimeSpan.FromSeconds(HealthTimeoutSeconds) : null,
            StartPeriod = IsWanted(nameof(HealthStartPeriodSeconds)) ? TimeSpan.FromSeconds(HealthStartPeriodSeconds) : null,
            Retries = IsWanted(nameof(HealthRetries)) ? HealthRetries : null,
        };
        HealthParameters.RequireOne(IsWanted(nameof(HealthCheck)), parts != new HealthCheckChange());
        return IsWanted(nameof(HealthCheck)) ? HealthParameters.ChangeTo(HealthCheck) : parts;
    }
}
