using System;
using System.IO;

namespace Virt.Session;

/// <summary>A file of this machine that is there whole or not at all: written under another name beside, and moved into its place.</summary>
internal sealed class FileBeside : IDisposable
{
    private readonly string target;
    private readonly string place;
    private readonly FileStream stream;
    private bool isDone;

    /// <param name="target">Where it goes.</param>
    /// <exception cref="IOException">There is no such folder, or it cannot be written in.</exception>
    public FileBeside(string target)
    {
        this.target = target;
        place = Path.Combine(Path.GetDirectoryName(target)!, $".virt-copy-{Guid.NewGuid():N}");
        try
        {
            stream = new FileStream(place, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new DirectoryNotFoundException($"there is no folder '{Path.GetDirectoryName(target)}'", e);
        }

        UnixMode.Set(place, 0x180); // 0600, until it is told which
    }

    /// <summary>How many bytes it has.</summary>
    public long Length => stream.Length;

    /// <summary>Its permissions; 0: those that a new file has.</summary>
    public int Mode { get; set; }

    /// <summary>Appends bytes.</summary>
    public void Write(byte[] bytes) => stream.Write(bytes, 0, bytes.Length);

    /// <summary>Puts it in its place, in place of a file that is there.</summary>
    public void Commit()
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        UnixMode.Set(place, Mode == 0 ? 0x1A4 /* 0644 */ : Mode & 0x1FF);
        if (File.Exists(target))
        {
            File.Replace(place, target, null);
        }
        else
        {
            File.Move(place, target);
        }

        isDone = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stream.Dispose();
        if (!isDone)
        {
            File.Delete(place);
        }
    }
}
