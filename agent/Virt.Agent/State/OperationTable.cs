using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using Virt.Protocol;

namespace Virt.Agent.State;

/// <summary>The stored operations; the newest thousand are kept.</summary>
public sealed class OperationTable : IDisposable
{
    private const int Kept = 1000;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand save;
    private readonly SqliteCommand prune;

    internal OperationTable(SqliteConnection connection)
    {
        this.connection = connection;
        save = Statement.Prepare(
            connection,
            """
            INSERT INTO operation (id, method, target, state, activity, percent, started, ended, started_by, error, result)
            VALUES ($id, $method, $target, $state, $activity, $percent, $started, $ended, $by, $error, $result)
            ON CONFLICT (id) DO UPDATE SET target = $target, state = $state, activity = $activity, percent = $percent, ended = $ended, error = $error, result = $result
            """,
            "$id", "$method", "$target", "$state", "$activity", "$percent", "$started", "$ended", "$by", "$error", "$result");
        prune = Statement.Prepare(
            connection,
            "DELETE FROM operation WHERE ended IS NOT NULL AND started < (SELECT started FROM operation ORDER BY started DESC LIMIT 1 OFFSET $kept)",
            "$kept");
    }

    /// <summary>Writes an operation, whether it is there already or not.</summary>
    public void Save(OperationRow row)
    {
        var o = row.Operation;
        Statement.Run(
            connection,
            save,
            Statement.Text(o.Id),
            o.Method,
            o.Target,
            (long)o.State,
            o.Activity,
            (long?)o.PercentComplete,
            Statement.Ticks(o.StartTime),
            o.EndTime is { } ended ? Statement.Ticks(ended) : null,
            o.StartedBy,
            row.Error is null ? null : ErrorInfo.WireFormat.Encode(row.Error),
            row.Result);
        if (o.EndTime is not null)
        {
            Statement.Run(connection, prune, (long)Kept - 1);
        }
    }

    /// <summary>All of them, newest first, or those that have not ended.</summary>
    public IReadOnlyList<OperationRow> Load(bool runningOnly = false) => Load(runningOnly ? "WHERE ended IS NULL" : "");

    /// <summary>One of them; null where it is not there.</summary>
    public OperationRow? Find(Guid id) => Load("WHERE id = $id", ("$id", Statement.Text(id))).FirstOrDefault();

    /// <summary>The last of a method that ended well with a target of that name; null where there is none, or none any more.</summary>
    public OperationRow? FindLast(string method, string target) =>
        Load("WHERE method = $method AND target = $target COLLATE NOCASE AND result IS NOT NULL", ("$method", method), ("$target", target)).FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose()
    {
        save.Dispose();
        prune.Dispose();
    }

    private List<OperationRow> Load(string where, params IEnumerable<(string Name, string Value)> values)
    {
        lock (connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT id, method, target, state, activity, percent, started, ended, started_by, error, result FROM operation {where} ORDER BY started DESC";
            foreach (var (name, value) in values)
            {
                command.Parameters.AddWithValue(name, value);
            }

            using var reader = command.ExecuteReader();
            var rows = new List<OperationRow>();
            while (reader.Read())
            {
                rows.Add(Read(reader));
            }

            return rows;
        }
    }

    private static OperationRow Read(SqliteDataReader reader)
    {
        var error = reader.IsDBNull(9) ? null : ErrorInfo.WireFormat.Decode(reader.GetFieldValue<byte[]>(9));
        return new OperationRow
        {
            Operation = new VirtOperation
            {
                Id = Guid.ParseExact(reader.GetString(0), "D"),
                Method = reader.GetString(1),
                Target = reader.GetString(2),
                State = (OperationState)reader.GetInt32(3),
                Activity = reader.GetString(4),
                PercentComplete = reader.IsDBNull(5) ? null : reader.GetInt32(5),
                StartTime = Statement.Instant(reader.GetInt64(6)),
                EndTime = reader.IsDBNull(7) ? null : Statement.Instant(reader.GetInt64(7)),
                StartedBy = reader.GetString(8),
                ErrorMessage = error?.Message,
                ErrorId = error?.Id,
            },
            Error = error,
            Result = reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10),
        };
    }
}
