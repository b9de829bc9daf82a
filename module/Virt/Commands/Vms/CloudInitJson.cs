using System;
using System.Collections;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace Virt.Commands;

/// <summary>Writes a cloud-config, as PowerShell's tables, lists and values, as JSON (RFC 8259). Windows PowerShell has no writer that keeps the order, or the depth.</summary>
internal static class CloudInitJson
{
    private const int Deepest = 60; // what JSON's readers take is 64

    /// <summary>Writes it.</summary>
    /// <exception cref="FormatException">Something in it is neither a table, a list nor a value, or it has no end.</exception>
    public static string Write(IDictionary config)
    {
        var text = new StringBuilder();
        Value(text, config, 0);
        return text.ToString();
    }

    private static void Value(StringBuilder text, object? item, int depth)
    {
        if (depth > Deepest)
        {
            throw new FormatException($"its cloud-config has more than {Deepest} tables and lists in one another");
        }

        var value = item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case SwitchParameter given:
                text.Append(given ? "true" : "false");
                break;
            case string or char or Guid or Enum or Uri or Version:
                Quote(text, value.ToString()!);
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or decimal:
                text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case float or double when !double.IsNaN(Convert.ToDouble(value, CultureInfo.InvariantCulture)) && !double.IsInfinity(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                text.Append(((IFormattable)value).ToString("R", CultureInfo.InvariantCulture));
                break;
            case IDictionary table:
                List(text, '{', '}', [.. table.Cast<DictionaryEntry>().Select(static pair => (LanguagePrimitives.ConvertTo<string>(pair.Key), (object?)pair.Value))], depth);
                break;
            case PSObject row:
                List(text, '{', '}', [.. row.Properties.Select(static property => (property.Name, (object?)property.Value))], depth);
                break;
            case IEnumerable items:
                List(text, '[', ']', [.. items.Cast<object?>().Select(static one => ((string?)null, one))], depth);
                break;
            default:
                throw new FormatException($"its cloud-config has a {value.GetType()} in it, which is neither a table, a list, a text, a number nor true or false");
        }
    }

    private static void List(StringBuilder text, char open, char close, (string? Name, object? Value)[] items, int depth)
    {
        text.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            text.Append(i == 0 ? "" : ",");
            if (items[i].Name is { } name)
            {
                Quote(text, name);
                text.Append(':');
            }

            Value(text, items[i].Value, depth + 1);
        }

        text.Append(close);
    }

    // RFC 8259, section 7.
    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c is '"' or '\\' ? "\\" + c : c < ' ' ? $"\\u{(int)c:x4}" : c.ToString());
        }

        text.Append('"');
    }
}
