using System;
using System.IO;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Virt.Agent.State;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.State;

/// <summary>Each migration, from a database that has the schema before it and data in it.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-migration-").FullName;
    private readonly SqliteConnection connection;

    public MigrationTests()
    {
        connection = new SqliteConnection($"Data Source={Path.Combine(folder, "virt.db")};Pooling=False");
        connection.Open();
    }

    public void Dispose()
    {
        connection.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Every_migration_has_a_test_here() => Assert.Equal(7, Migrations.All.Count);

    [Fact]
    public void Migration_1_makes_resources_in_an_empty_database()
    {
        Migrations.Apply(connection, upTo: 1);
        Run("INSERT INTO resource (id, kind, name, phase, spec, created) VALUES ('a', 'vm', 'web01', 'Stopped', '{}', 1)");
        Assert.Throws<SqliteException>(() => Run("INSERT INTO resource (id, kind, name, phase, spec, created) VALUES ('b', 'vm', 'Web01', 'Stopped', '{}', 1)"));
        Assert.Equal(1, Migrations.Version(connection));
    }

    [Fact]
    public void Migration_2_adds_operations_and_keeps_the_resources()
    {
        Migrations.Apply(connection, upTo: 1);
        Run("INSERT INTO resource (id, kind, name, phase, spec, created) VALUES ('a', 'vm', 'web01', 'Stopped', '{}', 1)");
        Migrations.Apply(connection, upTo: 2);
        Assert.Equal("web01", Run("SELECT name FROM resource"));
        Run("INSERT INTO operation (id, method, target, state, activity, started, started_by) VALUES ('o', 'vm.start', 'web01', 0, '', 1, 'root')");
        Assert.Equal(2, Migrations.Version(connection));
    }

    [Fact]
    public void Migration_3_adds_peers_and_keeps_the_operations()
    {
        Migrations.Apply(connection, upTo: 2);
        Run("INSERT INTO operation (id, method, target, state, activity, started, started_by) VALUES ('o', 'vm.start', 'web01', 0, '', 1, 'root')");
        Migrations.Apply(connection, upTo: 3);
        Assert.Equal("web01", Run("SELECT target FROM operation"));
        Run("INSERT INTO peer (fingerprint, name, address, added) VALUES ('f', 'b', '', 1)");
        Assert.Throws<SqliteException>(() => Run("INSERT INTO peer (fingerprint, name, address, added) VALUES ('g', 'B', '', 1)"));
    }

    [Fact]
    public void Migration_4_adds_patch_runs_and_their_workloads_and_keeps_the_peers()
    {
        Migrations.Apply(connection, upTo: 3);
        Run("INSERT INTO peer (fingerprint, name, address, added) VALUES ('f', 'b', '', 1)");
        Migrations.Apply(connection, upTo: 4);
        Assert.Equal("b", Run("SELECT name FROM peer"));
        Run("INSERT INTO patch_run (id, state, started, started_by, schedule, message, spec) VALUES ('r', 0, 1, 'root', '', '', '{}')");
        Run("INSERT INTO patch_target (run, number, workload, is_patched, is_kept, journal) VALUES ('r', 0, 'w', 1, 0, '{}')");
        Run("PRAGMA foreign_keys = ON; DELETE FROM patch_run");
        Assert.Equal(0L, Run("SELECT count(*) FROM patch_target"));
    }

    [Fact]
    public void Migration_5_adds_patch_schedules_and_keeps_the_runs()
    {
        Migrations.Apply(connection, upTo: 4);
        Run("INSERT INTO patch_run (id, state, started, started_by, schedule, message, spec) VALUES ('r', 0, 1, 'root', '', '', '{}')");
        Migrations.Apply(connection, upTo: 5);
        Assert.Equal("r", Run("SELECT id FROM patch_run"));
        Run("INSERT INTO patch_schedule (name, spec, considered, last_message) VALUES ('weekly', '{}', 1, '')");
        Assert.Throws<SqliteException>(() => Run("INSERT INTO patch_schedule (name, spec, considered, last_message) VALUES ('Weekly', '{}', 1, '')"));
    }

    [Fact]
    public void Applying_them_again_changes_nothing()
    {
        Migrations.Apply(connection);
        Run("INSERT INTO resource (id, kind, name, phase, spec, created) VALUES ('a', 'vm', 'web01', 'Stopped', '{}', 1)");
        Migrations.Apply(connection);
        Assert.Equal("web01", Run("SELECT name FROM resource"));
    }

    [Fact]
    public void Migration_6_adds_images_whose_names_go_with_them()
    {
        Migrations.Apply(connection, upTo: 5);
        Run("INSERT INTO peer (fingerprint, name, address, added) VALUES ('f', 'b', '', 1)");
        Migrations.Apply(connection, upTo: 6);
        Assert.Equal("b", Run("SELECT name FROM peer"));
        Run("PRAGMA foreign_keys=ON");
        Run("INSERT INTO image (id, spec, added, used) VALUES ('sha256:a', '{}', 1, 1)");
        Run("INSERT INTO image_name (name, image, root) VALUES ('x:A', 'sha256:a', 'r'), ('x:a', 'sha256:a', 'r')");
        Assert.Throws<SqliteException>(() => Run("INSERT INTO image_name (name, image, root) VALUES ('y', 'sha256:none', 'r')"));
        Run("DELETE FROM image");
        Assert.Equal(0L, Run("SELECT count(*) FROM image_name"));
    }

    [Fact]
    public void Migration_7_gives_the_layer_of_a_checkpoint_to_the_first_disk()
    {
        Migrations.Apply(connection, upTo: 6);
        var id = Guid.NewGuid();
        const string Machine = """{"memoryBytes":1048576,"processorCount":1,"generation":1}""";
        Run($$"""
            INSERT INTO resource (id, kind, name, phase, spec, created) VALUES
            ('a', 'vmcheckpoint', 'a', 'Hidden', '{"vmId":"{{id}}","name":"x","time":"2026-11-01T00:00:00+00:00","layer":{"path":"/a","format":"raw","isOwn":true},"below":[{"path":"/i","format":"qcow2"}],"machine":{{Machine}},"hasMemory":true,"overlay":"/o","merging":"/m"}', 1),
            ('b', 'vmcheckpoint', 'b', 'Ready', '{"vmId":"{{id}}","name":"y","time":"2026-11-01T00:00:00+00:00","layer":null,"below":[],"machine":{{Machine}}}', 1),
            ('c', 'vm', 'c', 'Stopped', '{{Machine}}', 1)
            """);
        Migrations.Apply(connection, upTo: 7);
        var first = Read("a");
        Assert.Equal((id, "x", true), (first.VMId, first.Name, first.HasMemory));
        var disk = Assert.Single(first.Disks);
        Assert.Equal((Guid.Empty, new VmDiskLayer("/a", "raw", IsOwn: true), "/o", null, "/m"), (disk.Drive, disk.Layer, disk.Overlay, disk.Replaced, disk.Merging));
        Assert.Equal([new VmDiskLayer("/i", "qcow2")], disk.Below);
        Assert.Empty(Read("b").Disks);
        Assert.Equal(Machine, Run("SELECT spec FROM resource WHERE id = 'c'"));

        VmCheckpointSpec Read(string row) => JsonSerializer.Deserialize((string)Run($"SELECT spec FROM resource WHERE id = '{row}'")!, VmJson.Default.VmCheckpointSpec)!;
    }

    private object? Run(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
