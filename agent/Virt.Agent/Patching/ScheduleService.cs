using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Operations;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Keeps patch schedules and runs them at their times.</summary>
public sealed partial class ScheduleService : IAsyncDisposable
{
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(7);

    private readonly Lock gate = new();
    private readonly Dictionary<string, ScheduleEntry> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly PatchScheduleTable table;
    private readonly OperationService operations;
    private readonly StartPatch start;
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private bool isStarted;

    /// <summary>Reads the stored schedules; <see cref="StartAsync"/> lets them run.</summary>
    public ScheduleService(PatchScheduleTable table, OperationService operations, StartPatch start, TimeProvider time)
    {
        this.table = table;
        this.operations = operations;
        this.start = start;
        this.time = time;
        timer = time.CreateTimer(static service => ((ScheduleService)service!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        foreach (var row in table.Load())
        {
            entries[row.Name] = ScheduleEntry.Load(row);
        }
    }

    /// <summary>Makes a schedule, or replaces one.</summary>
    /// <exception cref="VirtException">InvalidArgument, NotSupported: see <see cref="ScheduleTime.Parse"/>. AlreadyExists.</exception>
    public Task<PatchSchedule> RegisterAsync(RegisterPatchSchedule request, Call call)
    {
        var spec = request.Schedule;
        call.WorksOn(spec.Name);
        Check(spec);
        var entry = ScheduleEntry.New(spec, ScheduleEntry.TimesOf(spec), time.GetUtcNow());
        lock (gate)
        {
            var former = entries.GetValueOrDefault(spec.Name);
            if (former is not null && !request.Replace)
            {
                throw new VirtException(
                    ErrorCode.AlreadyExists,
                    "PatchScheduleAlreadyExists",
                    $"Cannot register patch schedule '{spec.Name}': a patch schedule of that name exists already.",
                    spec.Name,
                    $"Register-PatchSchedule -Name {spec.Name} -Force replaces it.");
            }

            if (former is not null)
            {
                entry.IsRunning = former.IsRunning;
                entry.Row = entry.Row with { LastRun = former.Row.LastRun, LastRunId = former.Row.LastRunId, LastMessage = former.Row.LastMessage };
            }

            if (!call.WhatIf)
            {
                table.Save(entry.Row);
                entries[spec.Name] = entry;
                SetTimer();
            }
        }

        return Task.FromResult(entry.ToSchedule());
    }

    /// <summary>Lists schedules.</summary>
    public Task<PatchScheduleList> GetAsync(GetPatchSchedule request, Call call)
    {
        lock (gate)
        {
            var all = entries.Values.OrderBy(entry => entry.Spec.Name, StringComparer.OrdinalIgnoreCase).ToArray();
            var names = request.Names;
            return Task.FromResult(new PatchScheduleList
            {
                Items = [.. all.Where(entry => names.Length == 0 || names.Any(name => NamePattern.Matches(name, entry.Spec.Name))).Select(entry => entry.ToSchedule())],
                Errors = [.. names.Where(name => !NamePattern.IsPattern(name) && !entries.Keys.Any(known => NamePattern.Matches(name, known))).Select(name => Missing("get", name).ToInfo())],
            });
        }
    }

    /// <summary>Removes a schedule; a run of it that is under way goes on.</summary>
    /// <exception cref="VirtException">NotFound.</exception>
    public Task<Nothing> UnregisterAsync(UnregisterPatchSchedule request, Call call)
    {
        call.WorksOn(request.Name);
        lock (gate)
        {
            if (!entries.TryGetValue(request.Name, out var entry))
            {
                throw Missing("unregister", request.Name);
            }

            if (!call.WhatIf)
            {
                table.Delete(entry.Row.Name);
                entries.Remove(request.Name);
                SetTimer();
            }
        }

        return Task.FromResult(new Nothing());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private static void Check(PatchSchedule spec)
    {
        ResourceName.Check("register", "patch schedule", spec.Name);
        if (spec.VMNames.Length + spec.ContainerNames.Length == 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "TargetRequired", $"Cannot register patch schedule '{spec.Name}': no workload is named.", spec.Name, "Register-PatchSchedule -VM web* -Container api");
        }

        if (spec.Window < TimeSpan.FromMinutes(1) || spec.Window > LongestWindow)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "BadWindow", $"Cannot register patch schedule '{spec.Name}': its window is {spec.Window}; a minute to 7 days is allowed.", spec.Name, "Register-PatchSchedule -Window 4h");
        }
    }

    private VirtException Missing(string verb, string name)
    {
        var nearest = NearestName.Of(name, entries.Keys);
        return new VirtException(
            ErrorCode.NotFound,
            "PatchScheduleNotFound",
            $"Cannot {verb} patch schedule '{name}': no patch schedule has that name{(nearest is null ? "." : $"; did you mean '{nearest}'?")}",
            name,
            "Get-PatchSchedule");
    }
}
