using System;
using System.IO;
using Microsoft.Data.Sqlite;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.State;

/// <summary>
/// The agent's database: SQLite with a write-ahead log that is synced at every commit, so that what was answered is on the disk.
/// All access is serialised; a commit takes a fraction of a millisecond.
/// </summary>
public sealed class StateStore : IDisposable
{
    // What SQLite lets its log grow to (1,000 pages of 4 KiB: https://sqlite.org/pragma.html#pragma_wal_autocheckpoint) and some; it begins anew in the same file then.
    private const long LogBytes = 5 << 20;
    private const long GrowthBytes = 1 << 20;

    private readonly SqliteConnection connection;

    /// <summary>Opens the database, makes it where it is missing, and brings its schema up to date.</summary>
    /// <exception cref="VirtException">DataLoss: it is damaged. NotSupported: a newer agent wrote it. Conflict: another agent has it open.</exception>
    public StateStore(string path)
    {
        Reserve(path, GrowthBytes);
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            connection.Open();
            Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
            Migrations.Apply(connection);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Reserve(path + "-wal", LogBytes);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Translate(path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        Resources = new ResourceTable(connection);
        Operations = new OperationTable(connection);
        Peers = new PeerTable(connection);
        PatchSchedules = new PatchScheduleTable(connection);
        Patches = new PatchTable(connection);
        Images = new ImageTable(connection);
    }

    /// <summary>VMs and containers.</summary>
    public ResourceTable Resources { get; }

    /// <summary>Operations that have lasted.</summary>
    public OperationTable Operations { get; }

    /// <summary>Agents of other hosts.</summary>
    public PeerTable Peers { get; }

    /// <summary>When workloads are patched by themselves.</summary>
    public PatchScheduleTable PatchSchedules { get; }

    /// <summary>Patch runs.</summary>
    public PatchTable Patches { get; }

    /// <summary>Container images and their names.</summary>
    public ImageTable Images { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (connection)
        {
            Resources.Dispose();
            Operations.Dispose();
            Peers.Dispose();
            PatchSchedules.Dispose();
            Patches.Dispose();
            Images.Dispose();
            connection.Dispose();
        }
    }

    // On a disk that a workload has filled it must still be possible to stop and remove it, which is written here first. The database itself is opened for this only before SQLite
    // opens it: whoever closes a file loses every lock that the process has on it (fcntl(2)), and with it what keeps a second agent out. The log is never locked.
    private static void Reserve(string path, long bytes)
    {
        try
        {
            if (!File.Exists(path))
            {
                File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write).Dispose();
            }

            FileHandles.Reserve(path, new FileInfo(path).Length + bytes);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            AgentLog.Warning($"No room is set aside for '{path}': when its disk is full, nothing can be stopped or removed ({e.Message})");
        }
    }

    private static VirtException Translate(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        // SQLite result codes: https://sqlite.org/rescode.html
        5 or 6 => new VirtException(ErrorCode.Conflict, "StateInUse", $"Cannot open the state '{path}': another agent has it open.", path, "pgrep --full virt-agent", e),
        11 or 26 => new VirtException(ErrorCode.DataLoss, "StateDamaged", $"Cannot open the state '{path}': it is damaged ({e.Message}).", path, $"sqlite3 '{path}' .recover", e),
        13 => new VirtException(ErrorCode.ResourceExhausted, "StateDiskFull", $"Cannot open the state '{path}': its disk is full.", path, $"df -h '{Path.GetDirectoryName(path)}'", e),
        _ => new VirtException(ErrorCode.Unavailable, "StateUnavailable", $"Cannot open the state '{path}': {e.Message}.", path, $"ls -l '{path}'", e),
    };

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
