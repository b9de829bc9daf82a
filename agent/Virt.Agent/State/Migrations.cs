using System.Collections.Generic;
using Microsoft.Data.Sqlite;
using Virt.Protocol;

namespace Virt.Agent.State;

/// <summary>The schema's history: numbered, only ever appended to, each applied in a transaction of its own. SQLite's user_version holds the last.</summary>
public static class Migrations
{
    /// <summary>The migrations in their order; number 1 is the first.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        // 1: VMs and containers
        """
        CREATE TABLE resource (
            id      TEXT    NOT NULL PRIMARY KEY,
            kind    TEXT    NOT NULL,
            name    TEXT    NOT NULL COLLATE NOCASE,
            phase   TEXT    NOT NULL,
            spec    TEXT    NOT NULL,
            run     TEXT,
            created INTEGER NOT NULL,
            UNIQUE (kind, name)
        ) STRICT;
        """,

        // 2: operations
        """
        CREATE TABLE operation (
            id            TEXT    NOT NULL PRIMARY KEY,
            method        TEXT    NOT NULL,
            target        TEXT    NOT NULL,
            state         INTEGER NOT NULL,
            activity      TEXT    NOT NULL,
            percent       INTEGER,
            started       INTEGER NOT NULL,
            ended         INTEGER,
            started_by    TEXT    NOT NULL,
            error         BLOB,
            result        BLOB
        ) STRICT;
        CREATE INDEX operation_started ON operation (started);
        """,

        // 3: peers
        """
        CREATE TABLE peer (
            fingerprint TEXT    NOT NULL PRIMARY KEY,
            name        TEXT    NOT NULL COLLATE NOCASE UNIQUE,
            address     TEXT    NOT NULL,
            added       INTEGER NOT NULL
        ) STRICT;
        """,

        // 4: patch runs
        """
        CREATE TABLE patch_run (
            id         TEXT    NOT NULL PRIMARY KEY,
            state      INTEGER NOT NULL,
            started    INTEGER NOT NULL,
            ended      INTEGER,
            started_by TEXT    NOT NULL,
            schedule   TEXT    NOT NULL,
            message    TEXT    NOT NULL,
            spec       TEXT    NOT NULL
        ) STRICT;
        CREATE INDEX patch_run_started ON patch_run (started);
        CREATE TABLE patch_target (
            run        TEXT    NOT NULL REFERENCES patch_run (id) ON DELETE CASCADE,
            number     INTEGER NOT NULL,
            workload   TEXT    NOT NULL,
            ended      INTEGER,
            is_patched INTEGER NOT NULL,
            is_kept    INTEGER NOT NULL,
            journal    TEXT    NOT NULL,
            PRIMARY KEY (run, number)
        ) STRICT;
        CREATE INDEX patch_target_workload ON patch_target (workload);
        """,

        // 5: patch schedules
        """
        CREATE TABLE patch_schedule (
            name         TEXT    NOT NULL PRIMARY KEY COLLATE NOCASE,
            spec         TEXT    NOT NULL,
            considered   INTEGER NOT NULL,
            due          INTEGER,
            last_run     INTEGER,
            last_run_id  TEXT,
            last_message TEXT    NOT NULL
        ) STRICT;
        """,

        // 6: container images
        """
        CREATE TABLE image (
            id    TEXT    NOT NULL PRIMARY KEY,
            spec  TEXT    NOT NULL,
            added INTEGER NOT NULL,
            used  INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE image_name (
            name  TEXT NOT NULL PRIMARY KEY,
            image TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
            root  TEXT NOT NULL
        ) STRICT;
        CREATE INDEX image_name_image ON image_name (image);
        """,

        // 7: checkpoints keep a layer of each disk; before, of the first alone
        """
        UPDATE resource
        SET spec = json_remove(
            json_set(spec, '$.disks', CASE WHEN json_extract(spec, '$.layer') IS NULL THEN json('[]') ELSE json_array(json_object(
                'layer', json(json_extract(spec, '$.layer')),
                'below', json(coalesce(json_extract(spec, '$.below'), '[]')),
                'overlay', json_extract(spec, '$.overlay'),
                'replaced', json_extract(spec, '$.replaced'),
                'merging', json_extract(spec, '$.merging'))) END),
            '$.layer', '$.below', '$.overlay', '$.replaced', '$.merging')
        WHERE kind = 'vmcheckpoint';
        """,
    ];

    /// <summary>Brings a database to the newest schema, or to <paramref name="upTo"/>.</summary>
    /// <exception cref="VirtException">NotSupported: a newer agent has been here.</exception>
    public static void Apply(SqliteConnection connection, int? upTo = null)
    {
        var version = Version(connection);
        if (version > All.Count)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "StateTooNew",
                $"Cannot open the state '{connection.DataSource}': its schema is {version}, this agent knows up to {All.Count}.",
                connection.DataSource,
                "Install the agent that wrote it, or a newer one.");
        }

        for (var number = version + 1; number <= (upTo ?? All.Count); number++)
        {
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = All[number - 1] + $"PRAGMA user_version = {number};";
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    /// <summary>The number of the last migration that was applied.</summary>
    public static int Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return (int)(long)command.ExecuteScalar()!;
    }
}
