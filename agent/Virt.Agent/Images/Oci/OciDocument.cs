using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Virt.Protocol;

namespace Virt.Agent.Images.Oci;

/// <summary>Reads and writes the JSON documents of images, and says which image a bad one belongs to.</summary>
public static class OciDocument
{
    /// <summary>The longest document that is read, in bytes: registries take manifests up to this size (OCI distribution specification, Pushing Manifests).</summary>
    public const int Longest = 4 << 20;

    private const int SchemaVersion = 2;

    /// <summary>A list of manifests.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="image">Whose it is, for the error.</param>
    /// <exception cref="VirtException">DataLoss, ImageDocumentDamaged: it is no such document.</exception>
    public static OciIndex ReadIndex(ReadOnlySpan<byte> bytes, string image) =>
        Read(bytes, OciJson.Default.OciIndex, "index", image) is var index && index.SchemaVersion == SchemaVersion
            ? index with { Manifests = index.Manifests ?? [] }
            : throw WrongVersion("index", image, index.SchemaVersion);

    /// <summary>What an image consists of.</summary>
    /// <inheritdoc cref="ReadIndex"/>
    public static OciManifest ReadManifest(ReadOnlySpan<byte> bytes, string image) =>
        Read(bytes, OciJson.Default.OciManifest, "manifest", image) is var manifest && manifest.SchemaVersion == SchemaVersion
            ? manifest with { Layers = manifest.Layers ?? [] }
            : throw WrongVersion("manifest", image, manifest.SchemaVersion);

    /// <summary>How an image is run.</summary>
    /// <inheritdoc cref="ReadIndex"/>
    public static OciImageConfig ReadConfig(ReadOnlySpan<byte> bytes, string image)
    {
        var config = Read(bytes, OciJson.Default.OciImageConfig, "config", image);
        return config with { RootFs = config.RootFs is null ? new OciRootFs() : config.RootFs with { DiffIds = config.RootFs.DiffIds ?? [] } };
    }

    /// <summary>What kind of document it says it is, for those that come without a media type; null where it is neither an index nor a manifest.</summary>
    /// <exception cref="VirtException">DataLoss: it is no JSON.</exception>
    public static string? KindOf(ReadOnlySpan<byte> bytes, string image)
    {
        var index = Read(bytes, OciJson.Default.OciIndex, "document", image);
        return index.MediaType is { Length: > 0 } said ? said
            : index.Manifests is { Count: > 0 } ? MediaTypes.Index
            : Contains(bytes, "config") ? MediaTypes.Manifest
            : null;
    }

    /// <summary>The bytes of a document of ours.</summary>
    public static byte[] Write(OciIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, OciJson.Default.OciIndex);

    /// <inheritdoc cref="Write(OciIndex)"/>
    public static byte[] Write(OciManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, OciJson.Default.OciManifest);

    /// <inheritdoc cref="Write(OciIndex)"/>
    public static byte[] Write(OciImageConfig config) => JsonSerializer.SerializeToUtf8Bytes(config, OciJson.Default.OciImageConfig);

    /// <inheritdoc cref="Write(OciIndex)"/>
    public static byte[] Write(OciLayout layout) => JsonSerializer.SerializeToUtf8Bytes(layout, OciJson.Default.OciLayout);

    /// <inheritdoc cref="Write(OciIndex)"/>
    public static byte[] Write(IReadOnlyList<DockerArchiveItem> items) => JsonSerializer.SerializeToUtf8Bytes([.. items], OciJson.Default.ListDockerArchiveItem);

    internal static T Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type, string kind, string image)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw Damaged(kind, image, e.Message, e);
        }
    }

    private static VirtException WrongVersion(string kind, string image, int version) => Damaged(kind, image, $"its schema version is {version}; {SchemaVersion} is required");

    private static bool Contains(ReadOnlySpan<byte> bytes, string property)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(property))
            {
                return true;
            }
        }

        return false;
    }

    private static VirtException Damaged(string kind, string image, string why, Exception? inner = null) =>
        new(ErrorCode.DataLoss, "ImageDocumentDamaged", $"Cannot read image '{image}': its {kind} cannot be used ({why.TrimEnd('.')}).", image, "Get it again, or from elsewhere.", inner);
}
