using System;
using Microsoft.Data.Sqlite;
using Virt.Protocol;

namespace Virt.Agent.State;

/// <summary>Prepared statements with their parameters by place, and how values are stored.</summary>
internal static class Statement
{
    // SQLITE_FULL: https://sqlite.org/rescode.html#full
    private const int Full = 13;

    public static SqliteCommand Prepare(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name, Value = DBNull.Value });
        }

        return command;
    }

    /// <summary>Runs a statement with these values and gives how many rows it changed.</summary>
    public static int Run(SqliteConnection connection, SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        lock (connection)
        {
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            try
            {
                return command.ExecuteNonQuery();
            }
            catch (SqliteException e) when (e.SqliteErrorCode == Full)
            {
                throw new VirtException(
                    ErrorCode.ResourceExhausted,
                    "StateDiskFull",
                    $"Cannot write to the state '{connection.DataSource}': its disk is full.",
                    connection.DataSource,
                    $"df -h '{connection.DataSource}'",
                    e);
            }
        }
    }

    public static string Text(Guid id) => id.ToString("D");

    public static long Ticks(DateTimeOffset instant) => instant.UtcTicks;

    public static DateTimeOffset Instant(long ticks) => new(ticks, TimeSpan.Zero);
}
