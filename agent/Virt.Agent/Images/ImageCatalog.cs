using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Virt.Agent.Common;
using Virt.Agent.Images.VmImages;
using Virt.Protocol;

namespace Virt.Agent.Images;

/// <summary>
/// The images on this host: each folder <c>vms/NAME</c> or <c>containers/NAME</c> with an <c>image.json</c> under one of the roots.
/// A folder whose name begins with a dot is none, one whose name has <c>%2F</c> in it is an image with a slash there. Read anew each time, so that an image is there as soon as its folder is. Where two roots have the same name, the first counts.
/// </summary>
/// <param name="roots">Folders of images, in the order they are looked at; one that is missing is empty.</param>
public sealed class ImageCatalog(IReadOnlyList<string> roots)
{
    private const string VmFolder = "vms";
    private const string ContainerFolder = "containers";

    /// <summary>What says what an image is.</summary>
    internal const string ManifestName = "image.json";

    /// <summary>The names of the images that virtual machines can be made from, in their order.</summary>
    public IReadOnlyList<string> VmNames => [.. Folders(VmFolder).Keys];

    /// <summary>The names of the images that containers can be made from, in their order.</summary>
    public IReadOnlyList<string> ContainerNames => [.. Folders(ContainerFolder).Keys];

    /// <summary>True for the name of an image that virtual machines can be made from, whatever its case.</summary>
    public bool HasVm(string name) => Folder(VmFolder, name) is not null;

    /// <summary>True for the name of an image that containers can be made from, whatever its case.</summary>
    public bool HasContainer(string name) => Folder(ContainerFolder, name) is not null;

    /// <summary>Where another image of virtual machines would be put.</summary>
    public string NewVmFolder => Roots(VmFolder).FirstOrDefault(Directory.Exists) ?? Roots(VmFolder).First();

    /// <summary>An image of virtual machines.</summary>
    /// <param name="name">Its name, whatever its case.</param>
    /// <param name="action">What it is wanted for, as the error's beginning: <c>Cannot create VM 'web01'</c>; null: only the image is asked for.</param>
    /// <exception cref="VirtException">NotFound: there is none. DataLoss: its image.json cannot be read.</exception>
    public StoredImage<VmImageManifest> FindVm(string name, string? action = null) =>
        Find(VmFolder, "VM", name, action, ImageJson.Default.VmImageManifest);

    /// <summary>An image of containers.</summary>
    /// <param name="name">Its name, whatever its case.</param>
    /// <param name="action">What it is wanted for, as the error's beginning; null: only the image is asked for.</param>
    /// <param name="others">What else has a name that could have been meant; null: nothing.</param>
    /// <param name="instead">What to type where no such name could have been meant; null: what shows all images.</param>
    /// <exception cref="VirtException">NotFound: there is none. DataLoss: its image.json cannot be read.</exception>
    public StoredImage<ContainerImageManifest> FindContainer(string name, string? action = null, IEnumerable<string>? others = null, string? instead = null) =>
        Find(ContainerFolder, "container", name, action, ImageJson.Default.ContainerImageManifest, others, instead);

    private StoredImage<TManifest> Find<TManifest>(string kindFolder, string kind, string name, string? action, JsonTypeInfo<TManifest> type, IEnumerable<string>? others = null, string? instead = null)
        where TManifest : class
    {
        var folder = Folder(kindFolder, name);
        if (folder is null)
        {
            throw NotFound(kind, name, action, [.. Folders(kindFolder).Keys, .. others ?? []], instead);
        }

        var path = Path.Combine(folder, ManifestName);
        try
        {
            using var stream = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize(stream, type) ?? throw new JsonException("it is null");
            return new StoredImage<TManifest>(VmImageName.OfFolder(Path.GetFileName(folder)), folder, manifest);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new VirtException(ErrorCode.DataLoss, "ImageDamaged", $"Cannot read image '{name}': '{path}' cannot be used ({e.Message}).", name, $"cat '{path}'", e);
        }
    }

    // Who has spelled it as its folder is spelled need not wait until all others are listed.
    private string? Folder(string kindFolder, string name) => name.Length == 0
        ? null
        : Roots(kindFolder).Select(root => Path.Combine(root, VmImageName.ToFolder(name))).FirstOrDefault(IsImage) ?? Folders(kindFolder).GetValueOrDefault(name);

    private static bool IsImage(string folder) => !Path.GetFileName(folder).StartsWith('.') && File.Exists(Path.Combine(folder, ManifestName));

    private IEnumerable<string> Roots(string kindFolder) => roots.Select(root => Path.GetFullPath(Path.Combine(root, kindFolder)));

    private SortedDictionary<string, string> Folders(string kindFolder)
    {
        var folders = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var root in Roots(kindFolder).Where(Directory.Exists))
        {
            foreach (var folder in Directory.EnumerateDirectories(root).Where(IsImage))
            {
                folders.TryAdd(VmImageName.OfFolder(Path.GetFileName(folder)), folder);
            }
        }

        return folders;
    }

    private static VirtException NotFound(string kind, string name, string? action, IReadOnlyList<string> names, string? instead)
    {
        var nearest = NearestName.Of(name, names);
        var known = names.Count == 0 ? "there are none" : (names.Count == 1 ? "there is " : "there are ") + string.Join(", ", names.Take(10).Select(static n => $"'{n}'")) + (names.Count > 10 ? " and others" : "");
        var meant = nearest is null ? "" : $"; did you mean '{nearest}'?";
        var noun = kind == "VM" ? "VMImage" : "ContainerImage";
        return new VirtException(
            ErrorCode.NotFound,
            noun + "NotFound",
            $"{action ?? $"Cannot find {kind} image '{name}'"}: no {kind} image is named '{name}'{(meant.Length > 0 ? meant : $" ({known}).")}",
            name,
            nearest is null && instead is not null ? instead : $"Get-{noun}");
    }
}
