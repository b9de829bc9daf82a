using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;

namespace Virt.Agent.State;

/// <summary>The stored VMs and containers. Every method is on the disk when it returns, except where it is told not to wait for that.</summary>
public sealed class ResourceTable : IDisposable
{
    // SQLITE_CONSTRAINT_UNIQUE: https://sqlite.org/rescode.html#constraint_unique
    private const int UniqueViolated = 2067;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand update;
    private readonly SqliteCommand delete;

    internal ResourceTable(SqliteConnection connection)
    {
        this.connection = connection;
        insert = Statement.Prepare(connection, "INSERT INTO resource (id, kind, name, phase, spec, run, created) VALUES ($id, $kind, $name, $phase, $spec, $run, $created)", "$id", "$kind", "$name", "$phase", "$spec", "$run", "$created");
        update = Statement.Prepare(connection, "UPDATE resource SET name = $name, phase = $phase, spec = $spec, run = $run WHERE id = $id", "$id", "$name", "$phase", "$spec", "$run");
        delete = Statement.Prepare(connection, "DELETE FROM resource WHERE id = $id", "$id");
    }

    /// <summary>All of a kind, by name.</summary>
    public IReadOnlyList<ResourceRow> Load(string kind)
    {
        lock (connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT id, kind, name, phase, spec, run, created FROM resource WHERE kind = $kind ORDER BY name";
            command.Parameters.AddWithValue("$kind", kind);
            using var reader = command.ExecuteReader();
            var rows = new List<ResourceRow>();
            while (reader.Read())
            {
                rows.Add(new ResourceRow
                {
                    Id = Guid.ParseExact(reader.GetString(0), "D"),
                    Kind = reader.GetString(1),
                    Name = reader.GetString(2),
                    Phase = reader.GetString(3),
                    Spec = reader.GetString(4),
                    Run = reader.IsDBNull(5) ? null : reader.GetString(5),
                    Created = Statement.Instant(reader.GetInt64(6)),
                });
            }

            return rows;
        }
    }

    /// <summary>How many there are of a kind, or of a kind in one phase.</summary>
    public int Count(string kind, string? phase = null)
    {
        lock (connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM resource WHERE kind = $kind AND ($phase IS NULL OR phase = $phase)";
            command.Parameters.AddWithValue("$kind", kind);
            command.Parameters.AddWithValue("$phase", (object?)phase ?? DBNull.Value);
            return (int)(long)command.ExecuteScalar()!;
        }
    }

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="sync">As for <see cref="Update"/>.</param>
    /// <returns>False where the name is taken within its kind; nothing is changed then.</returns>
    public bool TryInsert(ResourceRow row, bool sync = true)
    {
        try
        {
            Run(sync, insert, Statement.Text(row.Id), row.Kind, row.Name, row.Phase, row.Spec, row.Run, Statement.Ticks(row.Created));
            return true;
        }
        catch (SqliteException e) when (e.SqliteExtendedErrorCode == UniqueViolated)
        {
            return false;
        }
    }

    /// <summary>Writes name, phase, spec and run of a row that exists.</summary>
    /// <param name="row">The row.</param>
    /// <param name="sync">
    /// False for the phase of a step that is about to be taken: it outlives the agent, and the disk gets it with the next change. Only a crash
    /// of the machine can lose it, and that ends every process that the step could have started.
    /// </param>
    /// <exception cref="InvalidOperationException">There is no such row.</exception>
    public void Update(ResourceRow row, bool sync = true)
    {
        if (Run(sync, update, Statement.Text(row.Id), row.Name, row.Phase, row.Spec, row.Run) != 1)
        {
            throw new InvalidOperationException($"No row for {row.Kind} '{row.Name}' ({row.Id}).");
        }
    }

    /// <summary>Removes a row; one that is not there is no error.</summary>
    public void Delete(Guid id) => Statement.Run(connection, delete, Statement.Text(id));

    // https://sqlite.org/pragma.html#pragma_synchronous: with a write-ahead log, FULL syncs it at each commit and NORMAL does not.
    private int Run(bool sync, SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        lock (connection)
        {
            if (sync)
            {
                return Statement.Run(connection, command, values);
            }

            Set("PRAGMA synchronous=NORMAL");
            try
            {
                return Statement.Run(connection, command, values);
            }
            finally
            {
                Set("PRAGMA synchronous=FULL");
            }
        }
    }

    private void Set(string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        insert.Dispose();
        update.Dispose();
        delete.Dispose();
    }
}
