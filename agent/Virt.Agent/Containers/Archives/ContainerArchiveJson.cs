using System.Text.Json.Serialization;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Containers.Archives;

/// <summary>How a container's archive is read and written, without reflection. It may come from anywhere: null where nothing may be null is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(DigestJson)])]
[JsonSerializable(typeof(ContainerArchive))]
internal sealed partial class ContainerArchiveJson : JsonSerializerContext;
