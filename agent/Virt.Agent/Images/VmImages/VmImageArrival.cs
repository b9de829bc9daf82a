using System;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Images.VmImages;

/// <summary>An image on its way: a folder that nobody finds until it has its name. What has none when it is disposed of is removed.</summary>
public sealed class VmImageArrival : IDisposable
{
    // Whoever runs QEMU may read what every machine of the image reads.
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string target;
    private bool isNamed;

    internal VmImageArrival(Guid id, string folder, string name, string target)
    {
        Id = id;
        Folder = folder;
        Name = name;
        this.target = target;
        Directory.CreateDirectory(folder, Readable | UnixFileMode.UserExecute);
        File.SetUnixFileMode(folder, Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>By which what works on it is known.</summary>
    public Guid Id { get; }

    /// <summary>What it will be called.</summary>
    public string Name { get; }

    /// <summary>Where its files are put.</summary>
    public string Folder { get; }

    /// <summary>Its disk.</summary>
    public string Disk => Path.Combine(Folder, VmImageStore.DiskName);

    /// <summary>One of its disks.</summary>
    /// <param name="number">Which; 0: its first.</param>
    public string DiskOf(int number) => number == 0 ? Disk : Path.Combine(Folder, VmImageStore.DiskNameOf(number));

    /// <summary>Brings its files to the host's disk, and gives it its name: before that there is nothing of it, and afterwards all.</summary>
    /// <param name="verb">For errors: <c>save</c>.</param>
    /// <param name="manifest">What it is.</param>
    /// <exception cref="VirtException">AlreadyExists: another one has come to that name meanwhile.</exception>
    public async Task CommitAsync(string verb, VmImageManifest manifest)
    {
        await File.WriteAllBytesAsync(Path.Combine(Folder, ImageCatalog.ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest, ImageWriteJson.Default.VmImageManifest)).ConfigureAwait(false);
        await Task.Run(() =>
        {
            foreach (var path in Directory.EnumerateFiles(Folder))
            {
                File.SetUnixFileMode(path, Readable);
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(file);
            }

            FileHandles.SyncFolder(Folder);
        }).ConfigureAwait(false);
        await FaultPoint.ReachAsync(VmImageFaults.Written).ConfigureAwait(false);
        try
        {
            // Over a folder with anything in it no other one can be moved.
            Directory.Move(Folder, target);
        }
        catch (IOException) when (Path.Exists(target))
        {
            throw VmImageStore.Taken(verb, Name);
        }

        isNamed = true;
        FileHandles.SyncFolder(Path.GetDirectoryName(target)!);
        await FaultPoint.ReachAsync(VmImageFaults.Named).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!isNamed)
        {
            FileTree.Delete(Folder);
        }
    }
}
