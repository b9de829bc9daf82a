using System.Management.Automation;

namespace Virt.Commands;

/// <summary>The base of cmdlets that are told how a patch run goes about it.</summary>
public abstract class PatchOptionsCommand : PatchFilterCommand
{
    /// <summary>How many workloads are worked on at once: a number, or a share such as 25%.</summary>
    [Parameter]
    [BatchSize]
    public string BatchSize { get; set; } = "1";

    /// <summary>After more failures than this no further workload is begun.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaxFailed { get; set; }

    /// <summary>A command inside the workload that ends with 0 where it is healthy: program and arguments, or one line for its shell.</summary>
    [Parameter]
    public string[] HealthCommand { get; set; } = [];

    /// <summary>How it is asked, as New-HealthCheck makes it: its question is asked, and until -HealthTimeoutSeconds have passed. In place of -HealthCommand, -HealthTcp and -HealthHttp.</summary>
    [Parameter]
    public HealthCheck? HealthCheck { get; set; }

    /// <summary>A TCP port inside the workload that takes connections where it is healthy.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int HealthTcp { get; set; }

    /// <summary>An address such as http://127.0.0.1:8080/ready, asked from inside the workload, that answers with 200 to 399 where it is healthy.</summary>
    [Parameter]
    public string HealthHttp { get; set; } = "";

    /// <summary>How long a workload may take until it is healthy, in seconds.</summary>
    [Parameter]
    [Alias("HealthTimeout")]
    [ValidateRange(1, 86400)]
    public int HealthTimeoutSeconds { get; set; } = 60;

    /// <summary>
    /// What is done with a workload whose patch failed. Rollback puts it back as it was and goes on, up to -MaxFailed. Stop and Continue leave it as it is,
    /// with its checkpoint; Stop begins no further workload.
    /// </summary>
    [Parameter]
    [PSDefaultValue(Value = PatchFailureAction.Rollback)]
    public PatchFailureAction OnFailure { get; set; }

    /// <summary>When a guest is rebooted: where it says that it needs it, never, or always.</summary>
    [Parameter]
    [PSDefaultValue(Value = RebootPolicy.IfRequired)]
    public RebootPolicy RebootPolicy { get; set; }

    /// <summary>Keep the checkpoint of a VM, for Undo-Patch on this host; a VM that has moved since is put back by Restore-VMCheckpoint. What a container was is kept anyway, until its next patch.</summary>
    [Parameter]
    public SwitchParameter KeepCheckpoint { get; set; }

    /// <summary>How long the package manager may take for one workload, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int ApplyTimeoutSeconds { get; set; } = 1800;

    private protected PatchOptions Options => new()
    {
        BatchSize = BatchSize,
        MaxFailed = MaxFailed,
        Health = Health() with { Timeout = Seconds(HealthTimeoutSeconds) },
        OnFailure = OnFailure,
        RebootPolicy = RebootPolicy,
        KeepCheckpoint = KeepCheckpoint,
        ApplyTimeout = Seconds(ApplyTimeoutSeconds),
    };

    private HealthCheck Health()
    {
        var isInParts = HealthCommand.Length > 0 || HealthTcp != 0 || HealthHttp.Length > 0;
        if (HealthCheck is { } whole && isInParts)
        {
            Refuse("HealthCheckGivenTwice", "Cannot use -HealthCheck beside -HealthCommand, -HealthTcp and -HealthHttp: it says all of that.", whole, "New-HealthCheck -Tcp 80");
        }

        return HealthCheck is { } check
            ? new HealthCheck { Command = check.Command, TcpPort = check.TcpPort, HttpUrl = check.HttpUrl }
            : new HealthCheck { Command = HealthParameters.Words(HealthCommand), TcpPort = HealthTcp, HttpUrl = HealthHttp };
    }
}
