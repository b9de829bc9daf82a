using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;

namespace Virt.Agent.State;

/// <summary>The stored patch runs and their workloads. The newest thousand are kept, and older ones that something can still be put back to.</summary>
public sealed class PatchTable : IDisposable
{
    private const int Kept = 1000;
    private const string RunColumns = "id, state, started, ended, started_by, schedule, message, spec";
    private const string TargetColumns = "run, number, workload, ended, is_patched, is_kept, journal";

    private readonly SqliteConnection connection;
    private readonly SqliteCommand saveRun;
    private readonly SqliteCommand saveTarget;
    private readonly SqliteCommand prune;

    internal PatchTable(SqliteConnection connection)
    {
        this.connection = connection;
        saveRun = Statement.Prepare(
            connection,
            $"INSERT INTO patch_run ({RunColumns}) VALUES ($id, $state, $started, $ended, $by, $schedule, $message, $spec) ON CONFLICT (id) DO UPDATE SET state = $state, ended = $ended, message = $message",
            "$id", "$state", "$started", "$ended", "$by", "$schedule", "$message", "$spec");
        saveTarget = Statement.Prepare(
            connection,
            $"INSERT INTO patch_target ({TargetColumns}) VALUES ($run, $number, $workload, $ended, $patched, $kept, $journal) ON CONFLICT (run, number) DO UPDATE SET ended = $ended, is_patched = $patched, is_kept = $kept, journal = $journal",
            "$run", "$number", "$workload", "$ended", "$patched", "$kept", "$journal");
        prune = Statement.Prepare(
            connection,
            """
            DELETE FROM patch_run WHERE ended IS NOT NULL AND started < (SELECT started FROM patch_run ORDER BY started DESC LIMIT 1 OFFSET $kept)
            AND NOT EXISTS (SELECT 1 FROM patch_target WHERE run = id AND is_kept = 1)
            """,
            "$kept");
    }

    /// <summary>Writes a new run with all its workloads: all or nothing.</summary>
    public void Add(PatchRunRow run, IReadOnlyList<PatchTargetRow> targets)
    {
        lock (connection)
        {
            using var transaction = connection.BeginTransaction();
            saveRun.Transaction = saveTarget.Transaction = transaction;
            try
            {
                Save(run);
                foreach (var target in targets)
                {
                    Save(target);
                }

                transaction.Commit();
            }
            finally
            {
                saveRun.Transaction = saveTarget.Transaction = null;
            }
        }
    }

    /// <summary>Writes how a run stands.</summary>
    public void Save(PatchRunRow run)
    {
        Statement.Run(
            connection, saveRun, Statement.Text(run.Id), (long)run.State, Statement.Ticks(run.Started), run.Ended is { } ended ? Statement.Ticks(ended) : null, run.StartedBy, run.Schedule, run.Message, run.Spec);
        if (run.Ended is not null)
        {
            Statement.Run(connection, prune, (long)Kept - 1);
        }
    }

    /// <summary>Writes how far a workload has come.</summary>
    public void Save(PatchTargetRow target) => Statement.Run(
        connection,
        saveTarget,
        Statement.Text(target.RunId),
        (long)target.Number,
        Statement.Text(target.Workload),
        target.Ended is { } ended ? Statement.Ticks(ended) : null,
        target.IsPatched ? 1L : 0L,
        target.IsKept ? 1L : 0L,
        target.Journal);

    /// <summary>All runs, newest first, or those that have not ended.</summary>
    public IReadOnlyList<PatchRunRow> LoadRuns(bool runningOnly = false) =>
        Load($"SELECT {RunColumns} FROM patch_run {(runningOnly ? "WHERE ended IS NULL" : "")} ORDER BY started DESC", null, ReadRun);

    /// <summary>One run; null where it is not there.</summary>
    public PatchRunRow? FindRun(Guid id) => Load($"SELECT {RunColumns} FROM patch_run WHERE id = $id", id, ReadRun).FirstOrDefault();

    /// <summary>The workloads of a run, in their order.</summary>
    public IReadOnlyList<PatchTargetRow> LoadTargets(Guid run) => Load($"SELECT {TargetColumns} FROM patch_target WHERE run = $id ORDER BY number", run, ReadTarget);

    /// <summary>What a workload can still be put back to, the newest first.</summary>
    public IReadOnlyList<PatchTargetRow> LoadKept(Guid workload) => Load($"SELECT {TargetColumns} FROM patch_target WHERE workload = $id AND is_kept = 1 ORDER BY ended DESC", workload, ReadTarget);

    /// <summary>When a workload was last patched; null: never.</summary>
    public DateTimeOffset? LastPatched(Guid workload) =>
        Load("SELECT max(ended) FROM patch_target WHERE workload = $id AND is_patched = 1", workload, static reader => reader.IsDBNull(0) ? (DateTimeOffset?)null : Statement.Instant(reader.GetInt64(0))).FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose()
    {
        saveRun.Dispose();
        saveTarget.Dispose();
        prune.Dispose();
    }

    private List<T> Load<T>(string sql, Guid? id, Func<SqliteDataReader, T> read)
    {
        lock (connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            if (id is { } known)
            {
                command.Parameters.AddWithValue("$id", Statement.Text(known));
            }

            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    private static PatchRunRow ReadRun(SqliteDataReader reader) => new()
    {
        Id = Guid.ParseExact(reader.GetString(0), "D"),
        State = (OperationState)reader.GetInt32(1),
        Started = Statement.Instant(reader.GetInt64(2)),
        Ended = reader.IsDBNull(3) ? null : Statement.Instant(reader.GetInt64(3)),
        StartedBy = reader.GetString(4),
        Schedule = reader.GetString(5),
        Message = reader.GetString(6),
        Spec = reader.GetString(7),
    };

    private static PatchTargetRow ReadTarget(SqliteDataReader reader) => new()
    {
        RunId = Guid.ParseExact(reader.GetString(0), "D"),
        Number = reader.GetInt32(1),
        Workload = Guid.ParseExact(reader.GetString(2), "D"),
        Ended = reader.IsDBNull(3) ? null : Statement.Instant(reader.GetInt64(3)),
        IsPatched = reader.GetInt64(4) != 0,
        IsKept = reader.GetInt64(5) != 0,
        Journal = reader.GetString(6),
    };
}
