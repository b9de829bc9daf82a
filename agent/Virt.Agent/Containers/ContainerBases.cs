using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Images;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>Finds what containers are made from: folders of files first, and then what the image store has.</summary>
/// <param name="catalog">Folders of files.</param>
/// <param name="store">Images with layers.</param>
public sealed class ContainerBases(ImageCatalog catalog, ImageStore store)
{
    private const char EnvironmentSeparator = '=';

    /// <summary>True for the name of a folder of files.</summary>
    public bool IsFolder(string name) => catalog.HasContainer(name);

    /// <summary>Finds an image.</summary>
    /// <param name="name">Its name or id.</param>
    /// <param name="action">What it is wanted for, as an error's beginning.</param>
    /// <exception cref="VirtException">NotFound; DataLoss; NotSupported: it is for another machine.</exception>
    public ContainerBase Find(string name, string action)
    {
        if (!IsFolder(name) && store.Find(name) is { } image)
        {
            return Of(image, name, action);
        }

        var folder = Folder(name, action);
        return new ContainerBase(folder.Name, folder.PathOf(folder.Manifest.Rootfs), folder.Manifest.Command, folder.Manifest.Environment, folder.PathOf("image.json"));
    }

    // The error is to name what the store has too, and how to get what it has not.
    private StoredImage<ContainerImageManifest> Folder(string name, string action) =>
        catalog.FindContainer(name, action, store.TypedNames(), ImageReference.TryParse(name, out _) ? $"Save-ContainerImage {name}" : null);

    private ContainerBase Of(OciImage image, string name, string action)
    {
        if (image.Spec.Platform is { Os.Length: > 0, Architecture.Length: > 0 } platform && !OciPlatform.Host.Runs(platform))
        {
            throw new VirtException(ErrorCode.NotSupported, "ImagePlatformMismatch", $"{action}: the image '{name}' is for {platform}, and this host runs {OciPlatform.Host}.", name, $"Save-ContainerImage {name} -Platform {OciPlatform.Host}");
        }

        var hold = Hold(image);
        try
        {
            return Base(image, NameOf(image, name), OciDocument.ReadConfig(store.Blobs.ReadDocument(image.Spec.Config.Digest), image.Title).Config ?? new OciRunConfig(), hold);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    private ContainerBase Base(OciImage image, string name, OciRunConfig config, IDisposable hold)
    {
        store.Use(image.Id);
        return new ContainerBase(name, "", [.. config.Cmd ?? []], EnvironmentOf(config), "")
        {
            Entrypoint = [.. config.Entrypoint ?? []],
            Layers = [.. store.LowersOf(image).Select(static key => key.ToString())],
            Digest = image.Id.ToString(),
            User = config.User ?? "",
            WorkingDirectory = "/" + (config.WorkingDir ?? "").TrimStart('/'),
            Labels = new Dictionary<string, string>(config.Labels ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal),
            StopSignal = config.StopSignal,
            Health = HealthOf(config.Healthcheck),
            Hold = hold,
        };
    }

    // As the user named it, so that it is known which name is to be looked at for a newer image.
    private static string NameOf(OciImage image, string name) =>
        ImageReference.TryParse(name, out var typed) && image.Names.FirstOrDefault(row => row.Name == ImageStore.KeyOf(typed) || row.Name == ImageStore.KeyOf(ImageStore.LocalOf(typed))) is { } row && ImageReference.TryParse(row.Name, out var found)
            ? found.Familiar
            : image.Title;

    private Holds Hold(OciImage image) => new([.. image.Spec.Layers.Select(static layer => layer.Unpacked).OfType<Digest>().Select(store.Layers.Hold)]);

    private static Dictionary<string, string> EnvironmentOf(OciRunConfig config)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in config.Env ?? [])
        {
            if (one.IndexOf(EnvironmentSeparator, StringComparison.Ordinal) is > 0 and var at)
            {
                all[one[..at]] = one[(at + 1)..];
            }
        }

        return all;
    }

    // Docker's defaults: every 30 seconds, 30 seconds to answer, 3 bad answers in a row.
    private static HealthCheck? HealthOf(OciHealthcheck? check) => check?.Test is not { Count: > 1 } test || CommandOf(test) is not { } command ? null : new HealthCheck
    {
        Command = command,
        Interval = Time(check.IntervalNanoseconds, 30),
        ProbeTimeout = Time(check.TimeoutNanoseconds, 30),
        StartPeriod = Time(check.StartPeriodNanoseconds, 0),
        Retries = check.Retries > 0 ? check.Retries : 3,
    };

    private static string[]? CommandOf(IReadOnlyList<string> test) => test[0] switch
    {
        "CMD" => [.. test.Skip(1)],
        "CMD-SHELL" => ["/bin/sh", "-c", test[1]],
        _ => null,
    };

    private static TimeSpan Time(long nanoseconds, int seconds) => nanoseconds >= 1_000_000 ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick) : TimeSpan.FromSeconds(seconds);

    private sealed class Holds(List<IDisposable> holds) : IDisposable
    {
        public void Dispose() => holds.ForEach(static hold => hold.Dispose());
    }
}
