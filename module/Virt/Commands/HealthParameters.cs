using System;

namespace Virt.Commands;

/// <summary>How a new workload is asked whether it works, from the parameters of the cmdlets that make one.</summary>
internal static class HealthParameters
{
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

    /// <summary>One string with a blank in it is for a shell.</summary>
    public static string[] Words(string[] command) => command.Length == 1 && command[0].IndexOf(' ') >= 0 ? ["/bin/sh", "-c", command[0]] : command;
}
