using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace Virt.Agent.Registries.VmImages;

/// <summary>
/// What a server of images has, in the form that Linux Containers and Ubuntu use: <c>streams/v1/index.json</c> names lists of products, each of which has versions, and those have files. Pure.
/// Source: simplestreams, doc/README; Incus, shared/simplestreams.
/// </summary>
internal static class SimpleStreams
{
    /// <summary>Where the index stands below the server's address.</summary>
    public const string IndexPath = "streams/v1/index.json";

    // A disk for a machine: of Linux Containers, and of Ubuntu.
    private static readonly string[] DiskTypes = ["disk-kvm.img", "disk1.img", "uefi1.img", "disk.img"];

    /// <summary>The paths of the lists that an index names.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static IReadOnlyList<string> ReadIndex(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. Items(document.RootElement, "index").Select(static item => item.Value).Where(static item => Text(item, "datatype") is "image-downloads").Select(static item => Text(item, "path")).OfType<string>()];
    }

    /// <summary>The disks that a list has for a CPU: the newest of each product that has one with a checksum.</summary>
    /// <param name="json">The list.</param>
    /// <param name="architecture"><c>x64</c> or <c>arm64</c>.</param>
    /// <exception cref="JsonException">It is none.</exception>
    public static IReadOnlyList<StreamDisk> ReadProducts(byte[] json, string architecture)
    {
        using var document = JsonDocument.Parse(json);
        var found = new List<StreamDisk>();
        foreach (var (key, product) in Items(document.RootElement, "products"))
        {
            if (!IsFor(Text(product, "arch"), architecture))
            {
                continue;
            }

            var names = (Text(product, "aliases") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            foreach (var (version, content) in Items(product, "versions").OrderByDescending(static version => version.Key, StringComparer.Ordinal))
            {
                if (DiskOf(content) is var (path, checksum, size))
                {
                    var description = string.Join(' ', new[] { Text(product, "os"), Text(product, "release_title") ?? Text(product, "release"), Text(product, "variant") }.Where(static word => word is { Length: > 0 } and not "default"));
                    found.Add(new StreamDisk(key, [.. names.Append(key)], version, path, checksum, size, description));
                    break;
                }
            }
        }

        return found;
    }

    private static (string Path, ImageChecksum Checksum, long Size)? DiskOf(JsonElement version)
    {
        var items = Items(version, "items").Select(static item => item.Value).ToList();
        foreach (var type in DiskTypes)
        {
            foreach (var item in items.Where(item => Text(item, "ftype") == type))
            {
                if (Text(item, "path") is { } path && ImageChecksum.OfHex(Text(item, "sha256") ?? "") is { } checksum)
                {
                    return (path, checksum, item.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var bytes) ? bytes : 0);
                }
            }
        }

        return null;
    }

    private static bool IsFor(string? architecture, string own) => architecture switch
    {
        "amd64" or "x86_64" => own == "x64",
        "arm64" or "aarch64" => own == "arm64",
        _ => false,
    };

    private static IEnumerable<(string Key, JsonElement Value)> Items(JsonElement element, string name) =>
        element.ValueKind != JsonValueKind.Object ? throw new JsonException("it is no object")
        : !element.TryGetProperty(name, out var table) ? []
        : table.ValueKind != JsonValueKind.Object ? throw new JsonException($"its '{name}' is no object")
        : table.EnumerateObject().Select(static property => (property.Name, property.Value));

    private static string? Text(JsonElement element, string name) => RegistryBody.Text(element, name);
}
