using System;
using System.Buffers;
using System.Text.Json;

namespace Virt.Agent.Vms;

/// <summary>Writes the commands that QMP and the guest agent share: <c>{"execute": …, "arguments": …, "id": …}</c> and a line end.</summary>
internal static class JsonCommand
{
    public static ReadOnlyMemory<byte> Write(string command, Action<Utf8JsonWriter>? arguments, long? id)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("execute", command);
            if (arguments is not null)
            {
                json.WriteStartObject("arguments");
                arguments(json);
                json.WriteEndObject();
            }

            if (id is { } number)
            {
                json.WriteNumber("id", number);
            }

            json.WriteEndObject();
        }

        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
        return buffer.WrittenMemory;
    }
}
