using System;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>How a new workload is asked whether it works, from the parameters of the cmdlets that make one.</summary>
internal static class HealthParameters
{
    /// <summary>How long a guest may take to come up.</summary>
    public const double MachineStartPeriodSeconds = 300;

    /// <summary>What is to be asked; null: nothing. Times that are not given: 30 seconds each, and 3 failures in a row.</summary>
    public static HealthCheck? CheckOf(string[] command, int? tcpPort, string? httpUrl, double? intervalSeconds, double? timeoutSeconds, double? startPeriodSeconds, int? retries) =>
        command.Length == 0 && tcpPort is null or 0 && string.IsNullOrEmpty(httpUrl) ? null : new HealthCheck
        {
            Command = Words(command),
            TcpPort = tcpPort ?? 0,
            HttpUrl = httpUrl ?? "",
            Interval = TimeSpan.FromSeconds(intervalSeconds ?? 30),
            ProbeTimeout = TimeSpan.FromSeconds(timeoutSeconds ?? 30),
            StartPeriod = TimeSpan.FromSeconds(startPeriodSeconds ?? 0),
            Retries = retries ?? 3,
        };

    /// <summary>The same for a machine, which must boot first.</summary>
    public static HealthCheck? ForMachine(HealthCheck? check) =>
        check is not null && check.StartPeriod == TimeSpan.Zero ? check with { StartPeriod = TimeSpan.FromSeconds(MachineStartPeriodSeconds) } : check;

    /// <summary>What becomes of a workload that is asked by another check as a whole; null: nothing is asked of it any more.</summary>
    public static HealthCheckChange ChangeTo(HealthCheck? check) => new()
    {
        Command = check?.Command ?? [],
        TcpPort = check?.TcpPort ?? 0,
        HttpUrl = check?.HttpUrl ?? "",
        Interval = check?.Interval,
        ProbeTimeout = check?.ProbeTimeout,
        StartPeriod = check is null || check.StartPeriod == TimeSpan.Zero ? null : check.StartPeriod,
        Retries = check?.Retries,
    };

    /// <summary>Refuses a check that is given as a whole and in parts.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void RequireOne(bool isWhole, bool isInParts)
    {
        if (isWhole && isInParts)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "HealthCheckGivenTwice",
                "Cannot use -HealthCheck beside -HealthCommand, -HealthTcp, -HealthHttp and the like: it says all of that.",
                action: "$check = New-HealthCheck -Tcp 80 -IntervalSeconds 10, and -HealthCheck $check alone");
        }
    }

    /// <summary>One string with a blank in it is for a shell.</summary>
    public static string[] Words(string[] command) => command.Length == 1 && command[0].IndexOf(' ') >= 0 ? ["/bin/sh", "-c", command[0]] : command;
}
