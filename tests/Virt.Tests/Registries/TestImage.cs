using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Virt.Tests.Images.Tar;

namespace Virt.Tests.Registries;

/// <summary>An image whose layers have a file of random bytes each, for a fake registry.</summary>
internal sealed class TestImage
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    public TestImage(string architecture = "amd64", params int[] sizes)
    {
        Layers = [.. sizes.Select(static size => new TarBuilder().Entry('0', "f"u8.ToArray(), RandomNumberGenerator.GetBytes(size)).Bytes())];
        var diffIds = string.Join(',', Layers.Select(static layer => $"\"{FakeRegistry.DigestOf(layer)}\""));
        Config = Encoding.UTF8.GetBytes($$$"""{"architecture":"{{{architecture}}}","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}""");
        var layers = string.Join(',', Layers.Select(static layer => Descriptor("application/vnd.oci.image.layer.v1.tar", layer)));
        Manifest = Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"{{{ManifestType}}}","config":{{{Descriptor("application/vnd.oci.image.config.v1+json", Config)}}},"layers":[{{{layers}}}]}""");
        Architecture = architecture;
    }

    public string Architecture { get; }

    public IReadOnlyList<byte[]> Layers { get; }

    public byte[] Config { get; }

    public byte[] Manifest { get; }

    /// <summary>An index of some images, and one entry that is none.</summary>
    public static byte[] Index(params TestImage[] images) => Encoding.UTF8.GetBytes($$$"""
        {"schemaVersion":2,"mediaType":"{{{IndexType}}}","manifests":[{{{string.Join(',', images.Select(static image => Entry(image.Manifest, image.Architecture, "linux")))}}},{{{Entry("{}"u8.ToArray(), "unknown", "unknown")}}}]}
        """);

    /// <summary>Gives it to a registry.</summary>
    public TestImage PutTo(FakeRegistry registry, string repository, string tag)
    {
        PutBlobsTo(registry);
        registry.AddManifest(repository, tag, ManifestType, Manifest);
        return this;
    }

    /// <summary>Gives several to a registry under one tag.</summary>
    public static void PutTo(FakeRegistry registry, string repository, string tag, params TestImage[] images)
    {
        registry.AddManifest(repository, tag, IndexType, Index(images));
        foreach (var image in images)
        {
            image.PutBlobsTo(registry);
            registry.Manifests[$"{repository}@{FakeRegistry.DigestOf(image.Manifest)}"] = (ManifestType, image.Manifest);
        }
    }

    private void PutBlobsTo(FakeRegistry registry)
    {
        foreach (var blob in Layers.Append(Config))
        {
            registry.AddBlob(blob);
        }
    }

    private static string Descriptor(string type, byte[] content) => $$$"""{"mediaType":"{{{type}}}","digest":"{{{FakeRegistry.DigestOf(content)}}}","size":{{{content.Length}}}}""";

    private static string Entry(byte[] manifest, string architecture, string os) =>
        Descriptor(ManifestType, manifest)[..^1] + $$$""","platform":{"architecture":"{{{architecture}}}","os":"{{{os}}}"}}""";
}
