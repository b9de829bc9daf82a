using System.Text.Json.Serialization;

namespace Virt.Agent.Images;

/// <summary>How the agent writes image.json, without reflection: for people too, and without what is as it is anyway.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(VmImageManifest))]
internal sealed partial class ImageWriteJson : JsonSerializerContext;
