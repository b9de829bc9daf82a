using System;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Makes health checks, for virtual machines and containers alike.</summary>
/// <remarks>
/// Says how a workload is asked whether it works, from inside it: by a command, a TCP port or a web address. New-VM, Set-VM, New-Container and Set-Container take it as -HealthCheck, Invoke-Patch and
/// Register-PatchSchedule too, so that one check is written once and used for many. It changes nothing by itself.
/// </remarks>
/// <example>
/// <code>$ready = New-HealthCheck -Http http://127.0.0.1:8080/ready -IntervalSeconds 10; $ready | Format-List</code>
/// <para>Asks a web server every ten seconds. New-VM web01 -Image debian -HealthCheck $ready makes a machine that is healthy when it answers.</para>
/// </example>
/// <example>
/// <code>New-HealthCheck -Command 'pg_isready -q' -Retries 5 -StartPeriodSeconds 60</code>
/// <para>Asks a database, and lets its first minute pass.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "HealthCheck", DefaultParameterSetName = "Command")]
[OutputType(typeof(HealthCheck))]
public sealed class NewHealthCheckCommand : PSCmdlet
{
    /// <summary>A command in the workload whose exit code must be 0; one string is run by /bin/sh.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Command", ValueFromPipelineByPropertyName = true)]
    public string[] Command { get; set; } = [];

    /// <summary>A TCP port in it that must take a connection.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Tcp", ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Tcp { get; set; }

    /// <summary>An address such as http://127.0.0.1:8080/ready, asked from inside it, whose answer must be 200 to 399.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Http", ValueFromPipelineByPropertyName = true)]
    public string Http { get; set; } = "";

    /// <summary>How long to wait between two questions, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0.01, 86400)]
    public double IntervalSeconds { get; set; } = 30;

    /// <summary>How long an answer may take, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0.01, 86400)]
    public double TimeoutSeconds { get; set; } = 30;

    /// <summary>How long after its start a failure does not count, in seconds. Without it: 0 for a container, 300 for a virtual machine, which must boot first.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0.0, 86400)]
    public double StartPeriodSeconds { get; set; }

    /// <summary>How many failures in a row make it unhealthy.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 1000)]
    public int Retries { get; set; } = 3;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(new HealthCheck
    {
        Command = HealthParameters.Words(Command),
        TcpPort = Tcp,
        HttpUrl = Http,
        Interval = TimeSpan.FromSeconds(IntervalSeconds),
        ProbeTimeout = TimeSpan.FromSeconds(TimeoutSeconds),
        StartPeriod = TimeSpan.FromSeconds(StartPeriodSeconds),
        Retries = Retries,
    });
}
