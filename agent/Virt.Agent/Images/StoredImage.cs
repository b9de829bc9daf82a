using System;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Images;

/// <summary>An image as it lies on this host.</summary>
/// <param name="Name">Its folder's name.</param>
/// <param name="Folder">Its folder's full path.</param>
/// <param name="Manifest">What its image.json says.</param>
public sealed record StoredImage<TManifest>(string Name, string Folder, TManifest Manifest)
{
    /// <summary>The bytes that its files take.</summary>
    public long SizeBytes => new DirectoryInfo(Folder)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Sum(static file => file.Length);

    /// <summary>The full path of a file or folder that the manifest names.</summary>
    /// <exception cref="VirtException">DataLoss: it is not there, or it stands outside the image's folder.</exception>
    public string PathOf(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(Folder, relative));
        if (!path.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !Path.Exists(path))
        {
            throw new VirtException(
                ErrorCode.DataLoss,
                "ImageIncomplete",
                $"Cannot use image '{Name}': its image.json names '{relative}', which is not in '{Folder}'.",
                Name,
                $"ls -l '{Folder}'");
        }

        return path;
    }
}
