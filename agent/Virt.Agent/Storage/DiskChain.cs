using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Virt.Agent.Storage;

/// <summary>
/// The name by which qemu-img opens an image with all that it stands on, where something of that may be in use by others: what is not written is opened without
/// a lock. Source: qemu(1), "json:" as a file name.
/// </summary>
internal static class DiskChain
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the name.</summary>
    /// <param name="layers">The image, and what it stands on, the nearest first; those that are lent get no lock.</param>
    public static string NameOf(IReadOnlyList<(string Path, string Format, bool IsLent)> layers)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            Write(json, layers, 0);
        }

        return "json:" + Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>The name of a qcow2 image without what it stands on.</summary>
    public static string AloneOf(string path) =>
        $"json:{{\"driver\":\"qcow2\",\"backing\":null,\"file\":{{\"driver\":\"file\",\"filename\":{Quoted(path)}}}}}";

    /// <summary>A path as it stands in such a name.</summary>
    public static string Quoted(string path) => $"\"{JsonEncodedText.Encode(path, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static void Write(Utf8JsonWriter json, IReadOnlyList<(string Path, string Format, bool IsLent)> layers, int at)
    {
        var (path, format, isLent) = layers[at];
        json.WriteStartObject();
        json.WriteString("driver", format);
        json.WriteStartObject("file");
        json.WriteString("driver", "file");
        json.WriteString("filename", path);
        if (isLent)
        {
            json.WriteString("locking", "off");
        }

        json.WriteEndObject();
        if (at + 1 < layers.Count)
        {
            json.WritePropertyName("backing");
            Write(json, layers, at + 1);
        }

        json.WriteEndObject();
    }
}
