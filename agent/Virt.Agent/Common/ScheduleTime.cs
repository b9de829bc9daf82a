using System;
using System.IO;
using System.Security;
using System.Text.RegularExpressions;
using Cronos;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>
/// The times of a schedule: a crontab(5) line on the clock of a time zone. A time that a change of the clock skips is taken right after the gap; one that it
/// brings twice counts once, the first.
/// </summary>
internal sealed partial class ScheduleTime
{
    private const string ZoneFolder = "/usr/share/zoneinfo";

    private readonly CronExpression cron;
    private readonly TimeZoneInfo zone;

    private ScheduleTime(CronExpression cron, TimeZoneInfo zone)
    {
        this.cron = cron;
        this.zone = zone;
    }

    /// <summary>Reads a schedule's times.</summary>
    /// <param name="task">What cannot be done where they are none, such as "Cannot register patch schedule 'weekly'".</param>
    /// <param name="target">What that is about.</param>
    /// <param name="parameters">What the user gives them by.</param>
    /// <param name="cron">Minute, hour, day of the month, month and day of the week.</param>
    /// <param name="timeZone">On whose clock.</param>
    /// <exception cref="VirtException">InvalidArgument: no crontab line, or no time zone. NotSupported: this host has no time zones.</exception>
    public static ScheduleTime Parse(string task, string target, ScheduleParameters parameters, string cron, string timeZone)
    {
        try
        {
            return new ScheduleTime(CronExpression.Parse(cron), FindZone(task, target, parameters, timeZone));
        }
        catch (FormatException e)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "BadCron",
                $"{task}: '{cron}' is not minute, hour, day of the month, month and day of the week ({e.Message.TrimEnd('.')}).",
                target,
                $"Use -{parameters.Cron} such as '0 3 * * SUN'; man 5 crontab says more.",
                e);
        }
    }

    /// <summary>The first time after an instant; null: there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => cron.GetNextOccurrence(after, zone)?.ToUniversalTime();

    /// <summary>The last time after one instant and not after the other; null: there is none.</summary>
    /// <param name="after">Where to begin.</param>
    /// <param name="until">Where to end.</param>
    /// <param name="recent">How far before the end the last one is looked for exactly; an earlier one is only known to be the first.</param>
    public DateTimeOffset? Last(DateTimeOffset after, DateTimeOffset until, TimeSpan recent)
    {
        var last = Next(after) is { } first && first <= until ? first : (DateTimeOffset?)null;
        var from = last is { } known && known < until - recent ? until - recent : last;
        while (from is { } at && Next(at) is { } next && next <= until)
        {
            last = from = next;
        }

        return last;
    }

    // In invariant globalization .NET still reads the host's zones, from their files.
    private static TimeZoneInfo FindZone(string task, string target, ScheduleParameters parameters, string timeZone)
    {
        try
        {
            // Also what is no file name of a zone: the text comes from a user and becomes a path.
            return ZoneName().IsMatch(timeZone) ? TimeZoneInfo.FindSystemTimeZoneById(timeZone) : throw new TimeZoneNotFoundException();
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException or IOException or UnauthorizedAccessException)
        {
            if (!File.Exists(Path.Combine(ZoneFolder, "Europe/London")))
            {
                throw new VirtException(
                    ErrorCode.NotSupported,
                    "TimeZonesMissing",
                    $"{task}: this host has no time zones but UTC, as the package tzdata is not installed.",
                    target,
                    $"sudo apt-get install tzdata, or use -{parameters.TimeZone} UTC.",
                    e);
            }

            throw new VirtException(
                ErrorCode.InvalidArgument,
                "TimeZoneNotFound",
                $"{task}: there is no time zone '{timeZone}'.",
                target,
                "Use an IANA name such as Europe/Berlin; timedatectl list-timezones shows them.",
                e);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ZoneName();
}
