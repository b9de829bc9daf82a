using System;
using System.IO;
using System.Text.Json;
using Virt.Linux.Files;

namespace Virt.Agent.Storage;

/// <summary>Reads and writes the lease beside a disk.</summary>
public static class DiskLeaseFile
{
    /// <summary>The file of a disk's lease.</summary>
    public static string PathOf(string disk) => disk + ".lease";

    /// <summary>The lease; null where the disk has none.</summary>
    /// <exception cref="DiskException">There is one that cannot be read: nobody may take the disk for free.</exception>
    public static DiskLease? Read(string disk)
    {
        try
        {
            using var file = File.OpenRead(PathOf(disk));
            return JsonSerializer.Deserialize(file, LeaseJson.Default.DiskLease);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DiskException(DiskProblem.Other, disk, $"its lease '{PathOf(disk)}' cannot be read ({e.Message})");
        }
    }

    /// <summary>Writes the lease whole or not at all; it is on the disk afterwards.</summary>
    /// <exception cref="DiskException">It cannot be written.</exception>
    public static void Write(string disk, DiskLease lease)
    {
        var path = PathOf(disk);
        var temporary = TemporaryOf(path);
        try
        {
            using (var file = File.Create(temporary))
            {
                JsonSerializer.Serialize(file, lease, LeaseJson.Default.DiskLease);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            FileHandles.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Virt.Linux.LinuxException)
        {
            throw new DiskException(DiskProblem.Other, disk, $"its lease '{path}' cannot be written ({e.Message})");
        }
    }

    /// <summary>Takes the lease away, and what a writing that was cut off has left of one; what is not there is fine.</summary>
    public static void Remove(string disk)
    {
        try
        {
            File.Delete(TemporaryOf(PathOf(disk)));
            File.Delete(PathOf(disk));
        }
        catch (DirectoryNotFoundException)
        {
            // Nor is its folder.
        }
    }

    private static string TemporaryOf(string path) => path + ".new";
}
