using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Virt.Agent.State;

namespace Virt.Agent.Patching;

/// <summary>Runs and journals as rows, and rows as what is reported.</summary>
internal sealed class PatchStore(PatchTable table)
{
    /// <summary>The table itself.</summary>
    public PatchTable Table => table;

    /// <summary>Writes a new run with all its journals.</summary>
    public void Add(PatchRunRow run, IReadOnlyList<PatchJournal> journals) => table.Add(run, [.. journals.Select((journal, number) => RowOf(run.Id, number, journal))]);

    /// <summary>Writes a journal.</summary>
    public void Save(Guid run, int number, PatchJournal journal) => table.Save(RowOf(run, number, journal));

    /// <summary>A run's journals, in their order.</summary>
    public List<PatchJournal> LoadJournals(Guid run) => [.. table.LoadTargets(run).Select(JournalOf)];

    /// <summary>What a run was asked to do.</summary>
    public static PatchRunSpec SpecOf(PatchRunRow row) => JsonSerializer.Deserialize(row.Spec, PatchJson.Default.PatchRunSpec)!;

    /// <summary>What a run was asked to do, as it is stored.</summary>
    public static string Text(PatchRunSpec spec) => JsonSerializer.Serialize(spec, PatchJson.Default.PatchRunSpec);

    /// <summary>A stored journal.</summary>
    public static PatchJournal JournalOf(PatchTargetRow row) => JsonSerializer.Deserialize(row.Journal, PatchJson.Default.PatchJournal)!;

    /// <summary>A run as it is reported.</summary>
    public static PatchRun Show(PatchRunRow row, IEnumerable<PatchJournal> journals)
    {
        var spec = SpecOf(row);
        return new PatchRun
        {
            Id = row.Id,
            StartTime = row.Started,
            EndTime = row.Ended,
            StartedBy = row.StartedBy,
            Schedule = row.Schedule,
            PlanHash = spec.Plan.Hash,
            State = row.State,
            Results = [.. journals.Select(static journal => journal.Result)],
            Message = row.Message,
            Errors = spec.Errors,
        };
    }

    /// <summary>The workload can no more be put back to what this journal kept.</summary>
    public void Forget(PatchTargetRow row, bool isUndone)
    {
        var journal = JournalOf(row);
        journal.Result.Kept = "";
        table.Save(row with { IsKept = false, IsPatched = row.IsPatched && !isUndone, Journal = JsonSerializer.Serialize(journal, PatchJson.Default.PatchJournal) });
    }

    private static PatchTargetRow RowOf(Guid run, int number, PatchJournal journal) => new()
    {
        RunId = run,
        Number = number,
        Workload = journal.Target.Id,
        Ended = journal.IsEnded ? journal.Result.StartTime + journal.Result.Duration : null,
        IsPatched = journal is { IsEnded: true, Result.Outcome: PatchOutcome.Patched },
        IsKept = journal is { IsEnded: true, Result.Kept.Length: > 0 },
        Journal = JsonSerializer.Serialize(journal, PatchJson.Default.PatchJournal),
    };
}
