using System;
using System.IO;
using System.Linq;
using Microsoft.Data.Sqlite;
using Virt.Agent.State;
using Virt.Linux.Files;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.State;

public sealed class StateStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-state-").FullName;

    private string Database => Path.Combine(folder, "virt.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_written_is_there_after_opening_again_whether_it_was_synced_or_not(bool sync)
    {
        var row = Row("web01") with { Run = "{\"pid\":7}" };
        using (var store = new StateStore(Database))
        {
            Assert.True(store.Resources.TryInsert(row, sync));
            Assert.False(store.Resources.TryInsert(row, sync));
            store.Resources.Update(row with { Phase = "Running" }, sync);
        }

        using var again = new StateStore(Database);
        Assert.Equal(row with { Phase = "Running" }, Assert.Single(again.Resources.Load("vm")));
        Assert.Empty(again.Resources.Load("container"));
        Assert.Equal(1, again.Resources.Count("vm", "Running"));
        Assert.Equal(0, again.Resources.Count("vm", "Stopped"));
    }

    [Fact]
    public void Room_is_set_aside_for_what_must_be_written_on_a_full_disk()
    {
        using var store = new StateStore(Database);
        Assert.True(FileHandles.AllocatedBytes(Database + "-wal") >= 5 << 20);
        Assert.True(FileHandles.AllocatedBytes(Database) >= 1 << 20);
    }

    [Fact]
    public void A_name_is_unique_within_its_kind_whatever_its_case()
    {
        using var store = new StateStore(Database);
        Assert.True(store.Resources.TryInsert(Row("web01")));
        Assert.False(store.Resources.TryInsert(Row("WEB01")));
        Assert.True(store.Resources.TryInsert(Row("web01") with { Kind = "container" }));
        Assert.Single(store.Resources.Load("vm"));
    }

    [Fact]
    public void A_deleted_row_is_gone_and_cannot_be_updated()
    {
        using var store = new StateStore(Database);
        var row = Row("web01");
        store.Resources.TryInsert(row);
        store.Resources.Delete(row.Id);
        store.Resources.Delete(row.Id);
        Assert.Empty(store.Resources.Load("vm"));
        Assert.Throws<InvalidOperationException>(() => store.Resources.Update(row));
    }

    [Fact]
    public void Operations_come_back_with_their_errors_and_results_newest_first()
    {
        var error = new ErrorInfo { Code = ErrorCode.Timeout, Id = "VMStopTimeout", Message = "Cannot stop.", RecommendedAction = "Stop-VM -TurnOff" };
        var old = new OperationRow { Operation = Operation(1) with { State = OperationState.Failed, EndTime = Instant(2), ErrorId = error.Id, ErrorMessage = error.Message }, Error = error };
        var young = new OperationRow { Operation = Operation(3), Result = [1, 2, 3] };
        using (var store = new StateStore(Database))
        {
            store.Operations.Save(old with { Operation = Operation(1) with { Id = old.Operation.Id } });
            store.Operations.Save(old);
            store.Operations.Save(young);
        }

        using var again = new StateStore(Database);
        var rows = again.Operations.Load();
        Assert.Equal([young.Operation, old.Operation], rows.Select(r => r.Operation));
        Assert.Equal(error, rows[1].Error);
        Assert.Equal(young.Result, rows[0].Result);
        Assert.Equal(young.Operation.Id, Assert.Single(again.Operations.Load(runningOnly: true)).Operation.Id);
        Assert.Equal(old.Operation, again.Operations.Find(old.Operation.Id)?.Operation);
        Assert.Null(again.Operations.Find(Guid.NewGuid()));
    }

    [Fact]
    public void The_newest_thousand_operations_are_kept()
    {
        using var store = new StateStore(Database);
        for (var i = 0; i < 1010; i++)
        {
            store.Operations.Save(new OperationRow { Operation = Operation(i) with { State = OperationState.Completed, EndTime = Instant(i + 1) } });
        }

        var rows = store.Operations.Load();
        Assert.Equal(1000, rows.Count);
        Assert.Equal(Instant(10), rows[^1].Operation.StartTime);
    }

    [Fact]
    public void A_second_agent_on_the_same_state_is_refused()
    {
        using var store = new StateStore(Database);
        store.Resources.TryInsert(Row("web01"));
        var error = Assert.Throws<VirtException>(() => new StateStore(Database));
        Assert.Equal("StateInUse", error.Id);
    }

    [Fact]
    public void A_state_from_a_newer_agent_is_refused_and_left_as_it_is()
    {
        using (new StateStore(Database))
        {
        }

        Run($"PRAGMA user_version = {Migrations.All.Count + 1}");
        var error = Assert.Throws<VirtException>(() => new StateStore(Database));
        Assert.Equal("StateTooNew", error.Id);
        Assert.Equal((long)Migrations.All.Count + 1, Run("PRAGMA user_version"));
    }

    [Fact]
    public void A_damaged_state_is_a_typed_error()
    {
        File.WriteAllText(Database, string.Concat(Enumerable.Repeat("this is no database ", 500)));
        var error = Assert.Throws<VirtException>(() => new StateStore(Database));
        Assert.Equal((ErrorCode.DataLoss, "StateDamaged"), (error.Code, error.Id));
    }

    [Fact]
    public void Only_root_may_read_the_state()
    {
        using (new StateStore(Database))
        {
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Database));
    }

    private static ResourceRow Row(string name) => new() { Id = Guid.NewGuid(), Kind = "vm", Name = name, Phase = "Stopped", Spec = "{}", Created = Instant(0) };

    private static VirtOperation Operation(int minute) => new() { Id = Guid.NewGuid(), Method = "vm.start", Target = "web01", StartedBy = "root", StartTime = Instant(minute) };

    private static DateTimeOffset Instant(int minute) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute);

    private object? Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
