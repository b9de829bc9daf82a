using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Virt.Agent.Vms.Seeds;

/// <summary>
/// The image that a guest finds its seed on, and the files in it: pure. They are JSON, which is YAML too. Source: cloud-init's documentation, NoCloud data source, and Cloud config examples.
/// </summary>
internal static class SeedText
{
    /// <summary>By this label NoCloud knows the image.</summary>
    public const string Label = "cidata";

    /// <summary>A key of the user's cloud-config that is a file of its own, since cloud-init must know it before it reads the others.</summary>
    public const string Network = "network";

    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The image.</summary>
    /// <param name="seed">What is in it.</param>
    /// <param name="identity">Who the guest is: with another one it begins anew.</param>
    public static byte[] ImageOf(VmSeed seed, Guid identity)
    {
        List<(string Name, byte[] Bytes)> files = [("meta-data", MetaData(seed, identity)), ("user-data", UserData(seed))];
        if (NetworkConfig(seed) is { } network)
        {
            files.Add(("network-config", network));
        }

        return IsoImage.Of(Label, files);
    }

    /// <summary>The file <c>meta-data</c>.</summary>
    public static byte[] MetaData(VmSeed seed, Guid identity) =>
        Encoding.UTF8.GetBytes(Write(new JsonObject { ["instance-id"] = identity.ToString("D"), ["local-hostname"] = seed.HostName }));

    /// <summary>The file <c>user-data</c>: what the parameters say, and over it what the user's own cloud-config does. Tables go into one another, all else takes the place of ours.</summary>
    public static byte[] UserData(VmSeed seed)
    {
        var config = new JsonObject();
        if (seed.UserName is { } name)
        {
            // The user that the image's makers have named, with its shell and groups, under this name.
            config["user"] = new JsonObject { ["name"] = name, ["sudo"] = "ALL=(ALL) NOPASSWD:ALL", ["lock_passwd"] = true };
        }

        if (seed.SshKeys.Count > 0)
        {
            config["ssh_authorized_keys"] = new JsonArray([.. seed.SshKeys.Select(static key => (JsonNode)JsonValue.Create(key))]);
        }

        if (Own(seed) is { } own)
        {
            own.Remove(Network);
            Merge(config, own);
        }

        return Encoding.UTF8.GetBytes("#cloud-config\n" + Write(config));
    }

    /// <summary>The file <c>network-config</c>; null: cloud-init does as it does by itself, which is DHCP.</summary>
    public static byte[]? NetworkConfig(VmSeed seed) => Own(seed)?[Network] is JsonObject network ? Encoding.UTF8.GetBytes(Write(network)) : null;

    private static JsonObject? Own(VmSeed seed) => seed.CloudInit.Length == 0 ? null : JsonNode.Parse(seed.CloudInit) as JsonObject;

    private static void Merge(JsonObject into, JsonObject over)
    {
        foreach (var (key, value) in over)
        {
            if (value is JsonObject table && into[key] is JsonObject present)
            {
                Merge(present, table);
            }
            else
            {
                into[key] = value?.DeepClone();
            }
        }
    }

    private static string Write(JsonObject json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteTo(writer);
        }

        return Plain(Encoding.UTF8.GetString(stream.ToArray())) + "\n";
    }

    // JSON writes what has more than 16 bits as two escapes; YAML takes each of them for a character of its own, which is none.
    private static string Plain(string json)
    {
        var text = new StringBuilder(json.Length);
        for (var at = 0; at < json.Length;)
        {
            if (Unit(json, at) is { } high && char.IsHighSurrogate(high) && Unit(json, at + 6) is { } low && char.IsLowSurrogate(low))
            {
                text.Append(high).Append(low);
                at += 12;
                continue;
            }

            // An escape is two characters at least: what follows a backslash that is itself escaped begins nothing.
            var length = json[at] == '\\' ? 2 : 1;
            text.Append(json, at, length);
            at += length;
        }

        return text.ToString();
    }

    private static char? Unit(string json, int at) =>
        at + 6 <= json.Length && json[at] == '\\' && json[at + 1] == 'u' && ushort.TryParse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : null;
}
