namespace Virt.Agent.Common;

/// <summary>The names of the parameters that the times of a schedule are given by, for errors.</summary>
/// <param name="Cron">That of the crontab line.</param>
/// <param name="TimeZone">That of the time zone.</param>
internal readonly record struct ScheduleParameters(string Cron, string TimeZone);
