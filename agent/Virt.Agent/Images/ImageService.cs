using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Images;

/// <summary>Answers what is asked about the images of this host.</summary>
public sealed class ImageService(ImageCatalog catalog)
{
    /// <summary>Images of virtual machines by name or pattern.</summary>
    public Task<VMImageList> GetVMImageAsync(GetVMImage request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var items = Select(request.Names, catalog.VmNames, name => Show(catalog.FindVm(name)), errors);
        return Task.FromResult(new VMImageList { Items = items, Errors = [.. errors] });
    }

    /// <summary>Images of containers by name or pattern.</summary>
    public Task<ContainerImageList> GetContainerImageAsync(GetContainerImage request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var items = Select(request.Names, catalog.ContainerNames, name => Show(catalog.FindContainer(name)), errors);
        return Task.FromResult(new ContainerImageList { Items = items, Errors = [.. errors] });
    }

    private static VMImage Show(StoredImage<VmImageManifest> image) => new()
    {
        Name = image.Name,
        Description = image.Manifest.Description,
        BootKind = image.Manifest.Boot is null ? "disk" : "kernel",
        Architecture = image.Manifest.Architecture,
        SizeBytes = image.SizeBytes,
        GuestAgent = image.Manifest.GuestAgent,
    };

    private static ContainerImage Show(StoredImage<ContainerImageManifest> image) => new()
    {
        Name = image.Name,
        Description = image.Manifest.Description,
        Architecture = image.Manifest.Architecture,
        SizeBytes = image.SizeBytes,
        Command = [.. image.Manifest.Command],
        Environment = image.Manifest.Environment,
    };

    // A pattern without a match is nothing; a literal name without one, or an image that cannot be read, is an error beside the others.
    private static T[] Select<T>(string[] wanted, IReadOnlyList<string> all, Func<string, T> find, List<ErrorInfo> errors)
    {
        var items = new SortedDictionary<string, T>(StringComparer.OrdinalIgnoreCase);
        foreach (var pattern in wanted.Length == 0 ? ["*"] : wanted)
        {
            IEnumerable<string> names = NamePattern.IsPattern(pattern) ? Matching(pattern, all) : [pattern];
            foreach (var name in names)
            {
                try
                {
                    items[name] = find(name);
                }
                catch (VirtException e)
                {
                    errors.Add(e.ToInfo());
                }
            }
        }

        return [.. items.Values];
    }

    private static IEnumerable<string> Matching(string pattern, IReadOnlyList<string> all)
    {
        foreach (var name in all)
        {
            if (NamePattern.Matches(pattern, name))
            {
                yield return name;
            }
        }
    }
}
