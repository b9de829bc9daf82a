using System.Text.Json.Serialization;

namespace Virt.Agent.Vms.Archives;

/// <summary>How archives of machines are written, without reflection; people read them too.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(VmArchive))]
internal sealed partial class VmArchiveJson : JsonSerializerContext;
