using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Virt.Agent.Images.Oci;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>Finds in an index the image for a platform. OCI image specification, image-index.md.</summary>
internal static partial class ImagePlatform
{
    private const string Unknown = "unknown";

    /// <summary>Reads <c>linux/arm64</c> or <c>linux/arm/v7</c>; empty is the host's own.</summary>
    /// <exception cref="VirtException">InvalidArgument: it is none.</exception>
    public static OciPlatform Parse(string text, RegistryTask task, Architecture host)
    {
        if (text.Length == 0)
        {
            return new OciPlatform { Os = "linux", Architecture = NameOf(host) };
        }

        if (!Form().IsMatch(text))
        {
            throw RegistryErrors.Make(task, ErrorCode.InvalidArgument, "InvalidPlatform", $"'{text}' is no platform; a system and an architecture are required", $"{task.Command} {task.Image} -Platform linux/arm64");
        }

        var parts = text.Split('/');
        return new OciPlatform { Os = parts[0], Architecture = parts[1], Variant = parts.Length > 2 ? parts[2] : null };
    }

    /// <summary>The manifest for a platform.</summary>
    /// <exception cref="VirtException">NotSupported: there is none; the action names one that there is.</exception>
    public static OciDescriptor Choose(OciIndex index, OciPlatform wanted, RegistryTask task)
    {
        var fitting = index.Manifests.Where(manifest => MediaTypes.IsManifest(manifest.MediaType) && manifest.Platform is { } platform && Fits(platform, wanted)).ToList();
        return fitting.Find(manifest => VariantOf(manifest.Platform!) == VariantOf(wanted))
            ?? (wanted.Variant is null ? fitting.Find(static manifest => manifest.Platform!.Variant is null) ?? fitting.FirstOrDefault() : null)
            ?? throw Missing(wanted, [.. index.Manifests.Select(static manifest => manifest.Platform).OfType<OciPlatform>().Where(static platform => platform.Os != Unknown)], task);
    }

    /// <summary>Refuses an image that stands alone and is for another platform. One that does not say for which may be for this one.</summary>
    /// <exception cref="VirtException">NotSupported.</exception>
    public static void Require(OciPlatform found, OciPlatform wanted, RegistryTask task)
    {
        if (found.Architecture.Length > 0 && !Fits(found, wanted))
        {
            throw Missing(wanted, [found], task);
        }
    }

    // As the Go language names them: OCI image specification, config.md, architecture.
    private static string NameOf(Architecture architecture) => architecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Ppc64le => "ppc64le",
        Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static bool Fits(OciPlatform found, OciPlatform wanted) => found.Os == wanted.Os && found.Architecture == wanted.Architecture;

    // arm64 has had one variant so far, which most leave out.
    private static string? VariantOf(OciPlatform platform) => platform is { Architecture: "arm64", Variant: "v8" } ? null : platform.Variant;

    private static VirtException Missing(OciPlatform wanted, IReadOnlyList<OciPlatform> found, RegistryTask task) => RegistryErrors.Make(
        task,
        ErrorCode.NotSupported,
        "PlatformMissing",
        found.Count == 0 ? $"it does not say for which platforms it is; {wanted} is required" : $"it is for {string.Join(", ", found.Select(static platform => platform.ToString()).Distinct(StringComparer.Ordinal))}; {wanted} is required",
        $"{task.Command} {task.Image} -Platform {(found.Count == 0 ? "linux/amd64" : found[0])}");

    [GeneratedRegex(@"^[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}
