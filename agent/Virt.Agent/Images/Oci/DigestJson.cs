using System;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>A digest in JSON: its text.</summary>
internal sealed class DigestJson : JsonConverter<Digest>
{
    /// <inheritdoc/>
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Digest.TryParse(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out var digest) ? digest : throw new JsonException("what stands for a digest is none");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
