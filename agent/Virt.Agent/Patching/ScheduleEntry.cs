using System;
using System.Text.Json;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>A schedule in the agent's memory: what is stored of it, its times, and whether a run of it goes on.</summary>
internal sealed class ScheduleEntry
{
    private ScheduleEntry(PatchScheduleRow row, PatchSchedule spec, ScheduleTime? time)
    {
        Row = row;
        Spec = spec;
        Time = time;
    }

    /// <summary>As it is stored.</summary>
    public PatchScheduleRow Row { get; set; }

    /// <summary>What the user registered.</summary>
    public PatchSchedule Spec { get; }

    /// <summary>Null: it can no longer be read, and its LastMessage says why.</summary>
    public ScheduleTime? Time { get; }

    /// <summary>True while a run of it goes on.</summary>
    public bool IsRunning { get; set; }

    /// <summary>When it is to run next; null: not at all.</summary>
    public DateTimeOffset? Next => Time?.Next(Row.Considered);

    /// <summary>A new one.</summary>
    public static ScheduleEntry New(PatchSchedule spec, ScheduleTime time, DateTimeOffset now) =>
        new(new PatchScheduleRow { Name = spec.Name, Spec = JsonSerializer.Serialize(spec, ScheduleJson.Default.PatchSchedule), Considered = now }, spec, time);

    /// <summary>One that is stored.</summary>
    public static ScheduleEntry Load(PatchScheduleRow row)
    {
        var spec = JsonSerializer.Deserialize(row.Spec, ScheduleJson.Default.PatchSchedule)!;
        try
        {
            return new ScheduleEntry(row, spec, TimesOf(spec));
        }
        catch (VirtException e)
        {
            return new ScheduleEntry(row with { LastMessage = e.Message }, spec, null);
        }
    }

    /// <summary>Reads its times.</summary>
    /// <exception cref="VirtException">InvalidArgument, NotSupported: see <see cref="ScheduleTime.Parse"/>.</exception>
    public static ScheduleTime TimesOf(PatchSchedule spec) =>
        ScheduleTime.Parse($"Cannot register patch schedule '{spec.Name}'", spec.Name, new ScheduleParameters("Cron", "TimeZone"), spec.Cron, spec.TimeZone);

    /// <summary>As a user sees it.</summary>
    public PatchSchedule ToSchedule() => Spec with { NextRunTime = Next, LastRunTime = Row.LastRun, LastRunId = Row.LastRunId, LastMessage = Row.LastMessage };

    /// <summary>What a run of it asks for.</summary>
    public InvokePatch ToRequest(DateTimeOffset due) => new()
    {
        Targets = new PatchTargets { VMNames = Spec.VMNames, ContainerNames = Spec.ContainerNames },
        Filter = Spec.Filter,
        Options = Spec.Options,
        Schedule = Spec.Name,
        BeginUntil = due + Spec.Window,
    };
}
