using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text;
using MessagePack;
using Virt.Protocol;

namespace Virt.Tests.Protocol;

/// <summary>Describes every method, contract and enum of the protocol as Markdown: the generated part of docs/protocol.md.</summary>
internal static class ProtocolDescription
{
    public static string Make()
    {
        var text = new StringBuilder();
        text.Append("### Methods\n\n| method | kind | request | streams | result |\n|---|---|---|---|---|\n");
        foreach (var method in Methods.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{method.Name}` | {method.Kind.ToString().ToLowerInvariant()} | {method.RequestName} | {method.ItemName ?? ""} | {method.ResultName} |\n");
        }

        text.Append("\n### Contracts\n\nEach is an array; the number is the place in it.\n");
        foreach (var type in Contracts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n**{type.Name}**\n\n");
            var keys = Keys(type).ToList();
            text.Append(keys.Count == 0 ? "No keys.\n" : "| key | name | type |\n|---|---|---|\n");
            foreach (var (key, property) in keys)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {key} | {property.Name} | {Name(property)} |\n");
            }
        }

        text.Append("\n### Enums\n\nThey go over the wire as numbers.\n\n| enum | values |\n|---|---|\n");
        foreach (var type in Contracts.SelectMany(c => Keys(c)).Select(k => Nullable.GetUnderlyingType(k.Property.PropertyType) ?? k.Property.PropertyType).Where(t => t.IsEnum).Distinct().OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {type.Name} | {string.Join(", ", Enum.GetValues(type).Cast<object>().Select(v => $"{(int)v} {v}"))} |\n");
        }

        return text.ToString();
    }

    private static IEnumerable<Type> Contracts =>
        typeof(Methods).Assembly.GetTypes().Where(t => t.GetCustomAttribute<MessagePackObjectAttribute>() is not null).OrderBy(t => t.Name, StringComparer.Ordinal);

    private static IEnumerable<(int Key, PropertyInfo Property)> Keys(Type type) =>
        type.GetProperties().Select(p => (p.GetCustomAttribute<KeyAttribute>()?.IntKey, p)).Where(k => k.IntKey is not null).Select(k => (k.IntKey!.Value, k.p)).OrderBy(k => k.Item1);

    private static string Name(PropertyInfo property)
    {
        var nullable = new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return Name(type) + (nullable ? " or nil" : "");
    }

    private static string Name(Type type)
    {
        if (type == typeof(byte[]))
        {
            return "bin";
        }

        if (type.IsArray)
        {
            return "array of " + Name(type.GetElementType()!);
        }

        return type switch
        {
            _ when type == typeof(string) => "str",
            _ when type == typeof(int) || type == typeof(uint) || type == typeof(long) => "int",
            _ when type == typeof(bool) => "bool",
            _ when type == typeof(double) => "float",
            _ when type == typeof(Guid) => "id",
            _ when type == typeof(TimeSpan) => "duration",
            _ when type == typeof(DateTimeOffset) => "timestamp",
            _ when type == typeof(Dictionary<string, string>) => "map of str to str",
            _ => type.Name,
        };
    }
}
