using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;

namespace Virt.Agent.State;

/// <summary>The stored patch schedules.</summary>
public sealed class PatchScheduleTable : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand save;
    private readonly SqliteCommand delete;

    internal PatchScheduleTable(SqliteConnection connection)
    {
        this.connection = connection;
        save = Statement.Prepare(
            connection,
            """
            INSERT INTO patch_schedule (name, spec, considered, due, last_run, last_run_id, last_message) VALUES ($name, $spec, $considered, $due, $last_run, $last_run_id, $last_message)
            ON CONFLICT (name) DO UPDATE SET spec = $spec, considered = $considered, due = $due, last_run = $last_run, last_run_id = $last_run_id, last_message = $last_message
            """,
            "$name", "$spec", "$considered", "$due", "$last_run", "$last_run_id", "$last_message");
        delete = Statement.Prepare(connection, "DELETE FROM patch_schedule WHERE name = $name", "$name");
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<PatchScheduleRow> Load()
    {
        lock (connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT name, spec, considered, due, last_run, last_run_id, last_message FROM patch_schedule ORDER BY name";
            using var reader = command.ExecuteReader();
            var rows = new List<PatchScheduleRow>();
            while (reader.Read())
            {
                rows.Add(new PatchScheduleRow
                {
                    Name = reader.GetString(0),
                    Spec = reader.GetString(1),
                    Considered = Statement.Instant(reader.GetInt64(2)),
                    Due = Instant(reader, 3),
                    LastRun = Instant(reader, 4),
                    LastRunId = reader.IsDBNull(5) ? null : Guid.ParseExact(reader.GetString(5), "D"),
                    LastMessage = reader.GetString(6),
                });
            }

            return rows;
        }
    }

    /// <summary>Writes a schedule, new or known by its name.</summary>
    public void Save(PatchScheduleRow row) => Statement.Run(
        connection,
        save,
        row.Name,
        row.Spec,
        Statement.Ticks(row.Considered),
        row.Due is { } due ? Statement.Ticks(due) : null,
        row.LastRun is { } run ? Statement.Ticks(run) : null,
        row.LastRunId is { } id ? Statement.Text(id) : null,
        row.LastMessage);

    /// <summary>Removes a schedule; one that is not there is no error.</summary>
    public void Delete(string name) => Statement.Run(connection, delete, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        save.Dispose();
        delete.Dispose();
    }

    private static DateTimeOffset? Instant(SqliteDataReader reader, int place) => reader.IsDBNull(place) ? null : Statement.Instant(reader.GetInt64(place));
}
