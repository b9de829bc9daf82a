using System;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>What may be asked of a workload, and what becomes of what is asked: pure, the same for containers and machines.</summary>
internal static class HealthRules
{
    /// <summary>Whether anything is to be asked otherwise.</summary>
    public static bool IsChange(HealthCheckChange change) => HasQuestion(change) || (change.Interval ?? change.ProbeTimeout ?? change.StartPeriod) is not null || change.Retries is not null;

    /// <summary>What is asked from now on.</summary>
    /// <param name="check">What is asked now; null: nothing.</param>
    /// <param name="change">What is to be otherwise.</param>
    /// <param name="fresh">Of what was not asked until now: its times.</param>
    /// <param name="isNothing">True where there is nothing to be asked otherwise.</param>
    /// <returns>Null: nothing.</returns>
    public static HealthCheck? Apply(HealthCheck? check, HealthCheckChange change, HealthCheck fresh, out bool isNothing)
    {
        isNothing = false;
        if (HasQuestion(change))
        {
            check = (check ?? fresh) with { Command = change.Command ?? [], TcpPort = change.TcpPort ?? 0, HttpUrl = change.HttpUrl ?? "" };
            if (!AsksAnything(check))
            {
                return null;
            }
        }

        isNothing = check is null;
        return check is null ? null : check with
        {
            Interval = change.Interval ?? check.Interval,
            ProbeTimeout = change.ProbeTimeout ?? check.ProbeTimeout,
            StartPeriod = change.StartPeriod ?? check.StartPeriod,
            Retries = change.Retries ?? check.Retries,
        };
    }

    /// <summary>What is wrong with it.</summary>
    /// <returns>The parameter, why, and what to type instead, without the cmdlet; null: nothing.</returns>
    public static (string Parameter, string Why, string Action)? WhatIsWrong(HealthCheck check) => check switch
    {
        _ when !AsksAnything(check) => ("Health", "its health check asks for nothing", "-HealthTcp 80"),
        { TcpPort: < 0 or > 65535 } => ("HealthTcp", $"{check.TcpPort} is no TCP port", "-HealthTcp 80"),
        { HttpUrl.Length: > 0 } when !Uri.TryCreate(check.HttpUrl, UriKind.Absolute, out var url) || url.Scheme != "http" => ("HealthHttp", $"'{check.HttpUrl}' is no address that begins with http://", "-HealthHttp http://127.0.0.1/"),
        _ when check.Interval < TimeSpan.FromMilliseconds(10) || check.ProbeTimeout <= TimeSpan.Zero || check.StartPeriod < TimeSpan.Zero || check.Retries < 1 => ("HealthInterval", "its health check would be asked without a pause, without time to answer, or would never fail", "-HealthIntervalSeconds 30"),
        _ => null,
    };

    private static bool HasQuestion(HealthCheckChange change) => change.Command is not null || change.TcpPort is not null || change.HttpUrl is not null;

    private static bool AsksAnything(HealthCheck check) => check.Command.Length > 0 || check.TcpPort != 0 || check.HttpUrl.Length > 0;
}
