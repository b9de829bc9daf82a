using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>How OCI's and Docker's documents are read and written, without reflection. Reading is as tolerant of case as the tools that wrote them are.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(DigestJson)])]
[JsonSerializable(typeof(OciIndex))]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(OciImageConfig))]
[JsonSerializable(typeof(OciLayout))]
[JsonSerializable(typeof(List<DockerArchiveItem>))]
internal sealed partial class OciJson : JsonSerializerContext;
