using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;

namespace Virt.Agent.State;

/// <summary>The stored container images and their names. Every method is on the disk when it returns.</summary>
public sealed class ImageTable : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand saveImage;
    private readonly SqliteCommand saveName;
    private readonly SqliteCommand deleteImage;
    private readonly SqliteCommand deleteName;
    private readonly SqliteCommand use;

    internal ImageTable(SqliteConnection connection)
    {
        this.connection = connection;
        saveImage = Statement.Prepare(
            connection,
            "INSERT INTO image (id, spec, added, used) VALUES ($id, $spec, $added, $used) ON CONFLICT (id) DO UPDATE SET spec = $spec, used = $used",
            "$id", "$spec", "$added", "$used");
        saveName = Statement.Prepare(
            connection,
            "INSERT INTO image_name (name, image, root) VALUES ($name, $image, $root) ON CONFLICT (name) DO UPDATE SET image = $image, root = $root",
            "$name", "$image", "$root");
        deleteImage = Statement.Prepare(connection, "DELETE FROM image WHERE id = $id", "$id");
        deleteName = Statement.Prepare(connection, "DELETE FROM image_name WHERE name = $name", "$name");
        use = Statement.Prepare(connection, "UPDATE image SET used = $used WHERE id = $id", "$used", "$id");
    }

    /// <summary>Writes an image, and gives it a name, which another one may have had: both or neither.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">Its name; null: none.</param>
    public void Save(ImageRow image, ImageNameRow? name)
    {
        lock (connection)
        {
            using var transaction = connection.BeginTransaction();
            saveImage.Transaction = saveName.Transaction = transaction;
            try
            {
                Statement.Run(connection, saveImage, image.Id, image.Spec, Statement.Ticks(image.Added), Statement.Ticks(image.Used));
                if (name is not null)
                {
                    Statement.Run(connection, saveName, name.Name, name.ImageId, name.Root);
                }

                transaction.Commit();
            }
            finally
            {
                saveImage.Transaction = saveName.Transaction = null;
            }
        }
    }

    /// <summary>Gives an image a name, which another one may have had, and takes one away: both or neither.</summary>
    /// <param name="name">The name.</param>
    /// <param name="former">The name that goes; null: none.</param>
    public void SaveName(ImageNameRow name, string? former)
    {
        lock (connection)
        {
            using var transaction = connection.BeginTransaction();
            saveName.Transaction = deleteName.Transaction = transaction;
            try
            {
                Statement.Run(connection, saveName, name.Name, name.ImageId, name.Root);
                if (former is not null)
                {
                    Statement.Run(connection, deleteName, former);
                }

                transaction.Commit();
            }
            finally
            {
                saveName.Transaction = deleteName.Transaction = null;
            }
        }
    }

    /// <summary>Writes that an image was used; one that is not there is no error.</summary>
    public void Use(string id, DateTimeOffset when) => Statement.Run(connection, use, Statement.Ticks(when), id);

    /// <summary>Removes an image with its names.</summary>
    public void Delete(string id) => Statement.Run(connection, deleteImage, id);

    /// <summary>Removes a name; its image stays.</summary>
    public void DeleteName(string name) => Statement.Run(connection, deleteName, name);

    /// <summary>All images, the oldest first.</summary>
    public IReadOnlyList<ImageRow> Load() => Read(
        "SELECT id, spec, added, used FROM image ORDER BY added, id",
        static reader => new ImageRow { Id = reader.GetString(0), Spec = reader.GetString(1), Added = Statement.Instant(reader.GetInt64(2)), Used = Statement.Instant(reader.GetInt64(3)) });

    /// <summary>All names, in their order.</summary>
    public IReadOnlyList<ImageNameRow> LoadNames() => Read(
        "SELECT name, image, root FROM image_name ORDER BY name",
        static reader => new ImageNameRow { Name = reader.GetString(0), ImageId = reader.GetString(1), Root = reader.GetString(2) });

    /// <inheritdoc/>
    public void Dispose()
    {
        saveImage.Dispose();
        saveName.Dispose();
        deleteImage.Dispose();
        deleteName.Dispose();
        use.Dispose();
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read)
    {
        lock (connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }
}
