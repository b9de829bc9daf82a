using System.Text.Json.Serialization;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Images.Store;

/// <summary>What the image store writes, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(DigestJson)])]
[JsonSerializable(typeof(OciImageSpec))]
[JsonSerializable(typeof(UnpackedLayer))]
internal sealed partial class StoreJson : JsonSerializerContext;
