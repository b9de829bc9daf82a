using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Images;

/// <summary>Answers what is asked about the images of containers of this host, and takes in, hands out and removes those of containers.</summary>
/// <param name="catalog">Folders of files and disks.</param>
/// <param name="store">Images with layers.</param>
/// <param name="rooms">Where what builds images works.</param>
/// <param name="time">The clock.</param>
/// <param name="unfinished">Notes the archives that are being written.</param>
public sealed partial class ImageService(ImageCatalog catalog, ImageStore store, BuildRooms rooms, TimeProvider time, UnfinishedFiles unfinished)
{
    private const string Kind = "container image";

    private Func<Digest, IReadOnlyList<string>> containersOf = static _ => [];
    private Func<IReadOnlySet<Digest>> usedLayers = static () => new HashSet<Digest>();
    private Func<NewContainerImage, Call, Task<OciImage?>> commitContainer = static (_, _) => throw new InvalidOperationException("There are no containers.");

    /// <summary>Tells it what stands on images. To be called once, before the first request.</summary>
    /// <param name="containers">The names of the containers that were made from an image.</param>
    /// <param name="layers">The layers that containers stand on.</param>
    /// <param name="commit">Makes an image of a container's changes; null where it only was to be checked.</param>
    public void Watch(Func<Digest, IReadOnlyList<string>> containers, Func<IReadOnlySet<Digest>> layers, Func<NewContainerImage, Call, Task<OciImage?>> commit) =>
        (containersOf, usedLayers, commitContainer) = (containers, layers, commit);

    /// <summary>Shows an image of the store by its first name.</summary>
    public ContainerImage Show(OciImage image) => ContainerImageView.Of(store, image, image.Names.Count > 0 ? image.Names[0].Name : null, containersOf(image.Id));

    /// <summary>Images of containers by name or pattern, or by id.</summary>
    public Task<ContainerImageList> GetContainerImageAsync(GetContainerImage request, Call call)
    {
        var errors = new List<ErrorInfo>();
        if (request.Ids.Length > 0)
        {
            var all = Everything();
            errors.AddRange(request.Ids.Where(id => all.All(one => one.Id != id)).Select(static id => new VirtException(ErrorCode.NotFound, "ContainerImageNotFound", $"Cannot get {Kind} '{id}': it does not exist any more.", id.ToString(), "Get-ContainerImage").ToInfo()));
            return Task.FromResult(new ContainerImageList { Items = [.. all.Where(one => request.Ids.Contains(one.Id))], Errors = [.. errors] });
        }

        var names = catalog.ContainerNames.Concat(store.All().SelectMany(static image => NamesOf(image))).ToList();
        var items = Select<ContainerImage>(request.Names, names, Find, errors);
        return Task.FromResult(new ContainerImageList { Items = [.. items], Errors = [.. errors] });
    }

    private List<ContainerImage> Everything() =>
        [.. catalog.ContainerNames.Select(name => ContainerImageView.Of(catalog.FindContainer(name))), .. store.All().SelectMany(ShowAll)];

    private static IEnumerable<string> NamesOf(OciImage image) => image.Names.Count == 0 ? [image.Id.Short] : image.Names.Select(static row => ImageReference.Parse(row.Name).Familiar);

    private IEnumerable<ContainerImage> ShowAll(OciImage image)
    {
        var containers = containersOf(image.Id);
        return image.Names.Count == 0 ? [ContainerImageView.Of(store, image, null, containers)] : image.Names.Select(row => ContainerImageView.Of(store, image, row.Name, containers));
    }

    private IEnumerable<ContainerImage> Find(string name)
    {
        if (catalog.HasContainer(name) || store.Find(name) is not { } image)
        {
            return [ContainerImageView.Of(catalog.FindContainer(name, others: store.TypedNames()))];
        }

        var shown = ShowAll(image).ToList();
        return shown.Where(one => one.Name == name) is var exact && exact.Any() ? exact : shown.Take(1);
    }

    /// <summary>The image in the store that a request means.</summary>
    /// <exception cref="VirtException">NotFound; NotSupported: it is a folder of files.</exception>
    private OciImage Find(string verb, Guid id, string name)
    {
        var found = id == Guid.Empty ? store.Find(name) : store.All().FirstOrDefault(image => ContainerImageView.IdOf(image) == id);
        if (found is not null)
        {
            return found;
        }

        if (catalog.HasContainer(name))
        {
            throw new VirtException(
                ErrorCode.NotSupported, "ContainerImageIsFolder", $"Cannot {verb} {Kind} '{name}': it is the folder '{catalog.FindContainer(name).Folder}', which is not the agent's to change.", name, $"ls -l '{catalog.FindContainer(name).Folder}'");
        }

        var nearest = NearestName.Of(name, store.TypedNames());
        throw new VirtException(
            ErrorCode.NotFound,
            "ContainerImageNotFound",
            $"Cannot {verb} {Kind} '{name}': no container image is named so{(nearest is null ? "" : $"; did you mean '{nearest}'")}{(nearest is null ? "." : "?")}",
            name,
            nearest is null ? "Get-ContainerImage" : $"Get-ContainerImage {nearest}");
    }

    // As a literal name is found: without the registry that what is made here is kept under.
    private static string ShortOf(string name) => name.StartsWith(ImageStore.LocalRegistry + "/", StringComparison.Ordinal) ? name[(ImageStore.LocalRegistry.Length + 1)..] : name;

    // A pattern without a match is nothing; a literal name without one, or an image that cannot be read, is an error beside the others.
    internal static IEnumerable<T> Select<T>(string[] wanted, IReadOnlyList<string> all, Func<string, IEnumerable<T>> find, List<ErrorInfo> errors)
    {
        var items = new SortedDictionary<string, List<T>>(StringComparer.Ordinal);
        foreach (var name in (wanted.Length == 0 ? ["*"] : wanted).SelectMany(pattern => NamePattern.IsPattern(pattern) ? all.Where(name => NamePattern.Matches(pattern, name) || NamePattern.Matches(pattern, ShortOf(name))) : [pattern]))
        {
            try
            {
                items[name] = [.. find(name)];
            }
            catch (VirtException e)
            {
                errors.Add(e.ToInfo());
            }
        }

        return items.Values.SelectMany(static found => found);
    }
}
