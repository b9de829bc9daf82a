using System;
using System.IO;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>Writes the files that come out of a container to this machine, and nothing outside of where they are to go.</summary>
internal sealed class FilePartWriter : IDisposable
{
    private readonly string destination;
    private readonly bool into;
    private FileStream? file;

    /// <param name="destination">A folder that is there: into it; else the name of what comes.</param>
    public FilePartWriter(string destination)
    {
        this.destination = destination.TrimEnd('/', '\\');
        into = Directory.Exists(destination);
    }

    /// <summary>Takes the next part.</summary>
    /// <exception cref="IOException">It cannot be written, or would lie outside.</exception>
    public void Write(ContainerFilePart part)
    {
        if (part.Kind == ContainerFileKind.Data)
        {
            file?.Write(part.Bytes, 0, part.Bytes.Length);
            return;
        }

        Dispose();
        var place = PlaceOf(part.Path);
        switch (part.Kind)
        {
            case ContainerFileKind.Folder:
                Directory.CreateDirectory(place);
                break;
            case ContainerFileKind.File:
                // A link that was copied just now would lead the file after it elsewhere.
                if (IsLink(place) || IsLink(Path.GetDirectoryName(place)))
                {
                    throw new IOException($"'{place}' is a link");
                }

                file = new FileStream(place, FileMode.Create, FileAccess.Write);
                break;
            default:
                // netstandard2.0 makes no links; what a link of a container means here is anybody's guess.
                File.WriteAllText(place + ".link", part.Target + "\n");
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file?.Dispose();
        file = null;
    }

    private string PlaceOf(string path)
    {
        foreach (var name in path.Split('/'))
        {
            if (name is "" or "." or ".." || name.IndexOfAny(['\\', ':', '\0']) >= 0 && Path.DirectorySeparatorChar == '\\')
            {
                throw new IOException($"the container has a file '{path}', which cannot be a file here");
            }
        }

        var slash = path.IndexOf('/');
        return into ? Path.Combine(destination, path) : slash < 0 ? destination : Path.Combine(destination, path.Substring(slash + 1));
    }

    private static bool IsLink(string? path) => path is not null && (File.Exists(path) || Directory.Exists(path)) && File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);
}
