using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Agent.Images.Tar;
using Virt.Linux.Files;

namespace Virt.Agent.Images.Archives;

/// <summary>
/// The files of a tar archive. It is read once, from its beginning to its end: each of its files goes into the blob store as it comes by, and one that is a layer without compression is
/// unpacked beside. What turns out to be needed by no image is swept.
/// </summary>
internal sealed class ArchiveFiles : IImageFiles
{
    private const int MostLinks = 40;

    private readonly Dictionary<string, (Digest Digest, long Size)> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);

    /// <summary>Reads an archive.</summary>
    /// <param name="archive">Its bytes, without compression.</param>
    /// <param name="arrival">Where its files go.</param>
    /// <param name="read">Told after each file.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidDataException">It is no archive.</exception>
    /// <exception cref="EndOfStreamException">It ends in the middle.</exception>
    public static async Task<ArchiveFiles> ReadAsync(Stream archive, ImageArrival arrival, Action read, CancellationToken cancellation)
    {
        var found = new ArchiveFiles();
        var reader = new TarReader(archive);
        while (reader.Next() is { } entry)
        {
            if (TreePath.Clean(entry.Name) is not { Length: > 0 } path)
            {
                continue;
            }

            var name = Encoding.UTF8.GetString(path);
            if (entry.Kind == TarKind.File && entry.Extents is null)
            {
                var content = new EntryStream(reader, entry.Size);
                var (digest, size) = await arrival.AddAsync(content, cancellation).ConfigureAwait(false);
                found.files[name] = (digest, size);
                if (content.IsArchive)
                {
                    arrival.BeginUnpack(digest, digest);
                }
            }
            else if (entry.Kind is TarKind.Link or TarKind.HardLink)
            {
                var target = Encoding.UTF8.GetString(entry.Target);
                found.links[name] = entry.Kind == TarKind.HardLink ? target : $"{name[..(name.LastIndexOf('/') + 1)]}{target}";
            }

            read();
        }

        return found;
    }

    /// <inheritdoc/>
    public bool Has(string name) => Resolve(name) is not null;

    /// <inheritdoc/>
    public Task<(Digest Digest, long Size)?> StoreAsync(string name, CancellationToken cancellation) =>
        Task.FromResult(Resolve(name) is { } path ? files[path] : ((Digest, long)?)null);

    // Old dockers write a layer that two images share once, and a link for the other.
    private string? Resolve(string name)
    {
        for (var i = 0; i < MostLinks && TreePath.Clean(Encoding.UTF8.GetBytes(name)) is { } path; i++)
        {
            name = Encoding.UTF8.GetString(path);
            if (files.ContainsKey(name))
            {
                return name;
            }

            if (!links.TryGetValue(name, out var target))
            {
                return null;
            }

            name = target;
        }

        return null;
    }
}
