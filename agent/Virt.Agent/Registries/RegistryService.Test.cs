using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Agent.Images.Store;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <content>Which images are out of date.</content>
public sealed partial class RegistryService
{
    private const int TestsAtOnce = 8;

    /// <summary>Asks registries whether the tags of this host's images stand for newer images there. One that does not answer is one error beside the others.</summary>
    public async Task<ContainerImageTestList> TestAsync(TestContainerImage request, Call call)
    {
        var known = store.All().SelectMany(static image => image.Names.Select(row => (image, row, name: ImageReference.TryParse(row.Name, out var name) ? name : null)))
            .Where(static item => item.name is { Tag: not null, Digest: null })
            .Select(static item => (item.image, item.row, name: item.name!))
            .ToList();
        var errors = new ConcurrentBag<ErrorInfo>();
        var wanted = new List<(OciImage Image, ImageNameRow Row, ImageReference Name)>();
        foreach (var pattern in request.Names.Length == 0 ? ["*"] : request.Names)
        {
            // What was made or imported here has no registry that could have something newer.
            var found = known.Where(item => Matches(pattern, item.name) && (item.name.Registry != ImageStore.LocalRegistry || !NamePattern.IsPattern(pattern))).ToList();
            wanted.AddRange(found.Except(wanted));
            if (found.Count == 0 && !NamePattern.IsPattern(pattern))
            {
                errors.Add(NotFound("test", pattern).ToInfo());
            }
        }

        var items = new ConcurrentBag<ContainerImageTest>();
        var containers = uses();
        await Parallel.ForEachAsync(wanted, new ParallelOptions { MaxDegreeOfParallelism = TestsAtOnce, CancellationToken = call.Cancellation }, async (item, cancellation) =>
        {
            try
            {
                items.Add(await TestAsync(item.Image, item.Row, item.Name, request.Credentials, containers, cancellation).ConfigureAwait(false));
            }
            catch (VirtException e)
            {
                errors.Add(e.ToInfo());
            }
        }).ConfigureAwait(false);
        return new ContainerImageTestList
        {
            Items = [.. items.OrderBy(static item => item.Name, StringComparer.Ordinal)],
            Errors = [.. errors.OrderBy(static error => error.Target, StringComparer.Ordinal)],
        };
    }

    private async Task<ContainerImageTest> TestAsync(OciImage image, ImageNameRow row, ImageReference name, RegistryCredential[] credentials, IReadOnlyList<ImageUse> containers, CancellationToken cancellation)
    {
        var task = new RegistryTask("test", name, Array.Find(credentials, credential => credential.Registry == name.Registry));
        var source = new RegistrySource([.. RegistryAddress.Of(name, http.Options).Select(address => new RegistryClient(http, address, task))]);
        var newest = await source.AskAsync(client => client.GetDigestAsync(name.Tag!, cancellation)).ConfigureAwait(false);
        var isCurrent = newest == row.Root;
        return new ContainerImageTest
        {
            Name = name.Familiar,
            Digest = row.Root,
            NewestDigest = newest,
            IsCurrent = isCurrent,
            Registry = name.Registry,
            Containers = [.. containers.Where(use => ImageReference.TryParse(use.Image, out var used) && used == name && (!isCurrent || IsOlder(use))).Select(static use => use.Container).Order(StringComparer.Ordinal)],
        };

        // The name stood for another image when the container was made.
        bool IsOlder(ImageUse use) => use.ImageId.Length > 0 && use.ImageId != image.Id.ToString();
    }

    private static bool Matches(string pattern, ImageReference name) => NamePattern.IsPattern(pattern)
        ? NamePattern.Matches(pattern, name.Familiar) || NamePattern.Matches(pattern, name.Full)
        : ImageReference.TryParse(pattern, out var literal) && literal == name;
}
