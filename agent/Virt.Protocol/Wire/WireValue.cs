using System;
using System.Buffers;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol.Wire;

/// <summary>How the values that contract records are made of go over the wire; docs/protocol.md has the same as a table.</summary>
public static class WireValue
{
    /// <summary>Reads a string that must be there.</summary>
    public static string ReadString(ref MessagePackReader reader) =>
        reader.ReadString() ?? throw new MessagePackSerializationException("a string is required, nil was found");

    /// <summary>Writes an id as its 36 characters.</summary>
    public static void Write(ref MessagePackWriter writer, Guid value) => writer.Write(value.ToString("D"));

    /// <summary>Reads an id.</summary>
    public static Guid ReadGuid(ref MessagePackReader reader)
    {
        var text = ReadString(ref reader);
        return Guid.TryParseExact(text, "D", out var id)
            ? id
            : throw new MessagePackSerializationException("an id is 36 characters, such as 00000000-0000-0000-0000-000000000000");
    }

    /// <summary>Writes a duration as whole microseconds.</summary>
    public static void Write(ref MessagePackWriter writer, TimeSpan value) => writer.Write(value.Ticks / 10);

    /// <summary>Reads a duration.</summary>
    public static TimeSpan ReadTimeSpan(ref MessagePackReader reader)
    {
        var microseconds = reader.ReadInt64();
        return microseconds is > long.MaxValue / 10 or < long.MinValue / 10
            ? throw new MessagePackSerializationException("a duration does not fit into 64 bits of 100 ns")
            : TimeSpan.FromTicks(microseconds * 10);
    }

    /// <summary>Writes an instant as MessagePack's timestamp extension (type -1), in UTC.</summary>
    public static void Write(ref MessagePackWriter writer, DateTimeOffset value) => writer.Write(value.UtcDateTime);

    /// <summary>Reads an instant, in UTC.</summary>
    public static DateTimeOffset ReadDateTimeOffset(ref MessagePackReader reader) => new(reader.ReadDateTime(), TimeSpan.Zero);

    /// <summary>Writes bytes as MessagePack's bin.</summary>
    public static void Write(ref MessagePackWriter writer, byte[] value) => writer.Write(new ReadOnlySpan<byte>(value));

    /// <summary>Reads bytes that must be there.</summary>
    public static byte[] ReadBytes(ref MessagePackReader reader) =>
        reader.ReadBytes()?.ToArray() ?? throw new MessagePackSerializationException("bytes are required, nil was found");

    /// <summary>Writes a list as an array.</summary>
    public static void Write<T>(ref MessagePackWriter writer, IReadOnlyList<T> values, WireWrite<T> write)
    {
        writer.WriteArrayHeader(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            write(ref writer, values[i]);
        }
    }

    /// <summary>Reads an array. Grows with what is really read, never with what the count claims.</summary>
    public static T[] ReadArray<T>(ref MessagePackReader reader, WireRead<T> read)
    {
        var count = reader.ReadArrayHeader();
        var values = new List<T>(Math.Min(count, 256));
        for (var i = 0; i < count; i++)
        {
            values.Add(read(ref reader));
        }

        return values.ToArray();
    }

    /// <summary>Writes names and values as a map.</summary>
    public static void Write(ref MessagePackWriter writer, Dictionary<string, string> values)
    {
        writer.WriteMapHeader(values.Count);
        foreach (var pair in values)
        {
            writer.Write(pair.Key);
            writer.Write(pair.Value);
        }
    }

    /// <summary>Reads a map of strings. A name that stands twice keeps its last value.</summary>
    public static Dictionary<string, string> ReadMap(ref MessagePackReader reader)
    {
        var count = reader.ReadMapHeader();
        var values = new Dictionary<string, string>(Math.Min(count, 256), StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            values[ReadString(ref reader)] = ReadString(ref reader);
        }

        return values;
    }
}
