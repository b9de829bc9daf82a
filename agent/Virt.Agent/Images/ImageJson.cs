using System.Text.Json;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images;

/// <summary>How image.json is read, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(VmImageManifest))]
[JsonSerializable(typeof(ContainerImageManifest))]
internal sealed partial class ImageJson : JsonSerializerContext;
