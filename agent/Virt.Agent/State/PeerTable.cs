using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;

namespace Virt.Agent.State;

/// <summary>The stored peers: agents of other hosts that this one trusts.</summary>
public sealed class PeerTable : IDisposable
{
    private const int UniqueViolated = 2067;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand save;
    private readonly SqliteCommand delete;

    internal PeerTable(SqliteConnection connection)
    {
        this.connection = connection;
        save = Statement.Prepare(
            connection,
            "INSERT INTO peer (fingerprint, name, address, added) VALUES ($fingerprint, $name, $address, $added) ON CONFLICT (fingerprint) DO UPDATE SET name = $name, address = $address, added = $added",
            "$fingerprint", "$name", "$address", "$added");
        delete = Statement.Prepare(connection, "DELETE FROM peer WHERE fingerprint = $fingerprint", "$fingerprint");
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<VirtPeer> Load()
    {
        lock (connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT fingerprint, name, address, added FROM peer ORDER BY name";
            using var reader = command.ExecuteReader();
            var peers = new List<VirtPeer>();
            while (reader.Read())
            {
                peers.Add(new VirtPeer { Fingerprint = reader.GetString(0), Name = reader.GetString(1), Address = reader.GetString(2), AddedTime = Statement.Instant(reader.GetInt64(3)) });
            }

            return peers;
        }
    }

    /// <summary>Writes a peer, new or known by its fingerprint.</summary>
    /// <returns>False where another peer has its name; nothing is changed then.</returns>
    public bool TrySave(VirtPeer peer)
    {
        try
        {
            Statement.Run(connection, save, peer.Fingerprint, peer.Name, peer.Address, Statement.Ticks(peer.AddedTime));
            return true;
        }
        catch (SqliteException e) when (e.SqliteExtendedErrorCode == UniqueViolated)
        {
            return false;
        }
    }

    /// <summary>Removes a peer; one that is not there is no error.</summary>
    public void Delete(string fingerprint) => Statement.Run(connection, delete, fingerprint);

    /// <inheritdoc/>
    public void Dispose()
    {
        save.Dispose();
        delete.Dispose();
    }
}
