using System;
using System.Collections;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Virt.Reports;

/// <summary>Writes a report as JSON that is the same in every PowerShell: enums by name, instants as RFC 3339, durations in days as numbers.</summary>
internal static class ReportJson
{
    /// <summary>Writes the whole report.</summary>
    public static string Write(PatchReport[] workloads, DateTimeOffset now, DateTimeOffset? since)
    {
        var text = new StringBuilder();
        text.Append("{\n  \"generatedTime\": ");
        Value(text, now, "  ");
        text.Append(",\n  \"since\": ");
        Value(text, since, "  ");
        text.Append(",\n  \"totals\": ");
        Value(text, ReportTotals.Of(workloads), "  ");
        text.Append(",\n  \"workloads\": ");
        Value(text, workloads, "  ");
        return text.Append("\n}").ToString();
    }

    private static void Value(StringBuilder text, object? value, string indent)
    {
        switch (value)
        {
            case null: text.Append("null"); break;
            case bool flag: text.Append(flag ? "true" : "false"); break;
            case int number: text.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: text.Append(number.ToString("0.###", CultureInfo.InvariantCulture)); break;
            case DateTimeOffset instant: Quote(text, instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)); break;
            case string or Guid or Enum: Quote(text, value.ToString()!); break;
            case IEnumerable items: List(text, '[', ']', [.. items.Cast<object>().Select(item => ((string?)null, (object?)item))], indent); break;
            default: List(text, '{', '}', [.. value.GetType().GetProperties().Select(property => ((string?)property.Name, (object?)property.GetValue(value)))], indent); break;
        }
    }

    private static void List(StringBuilder text, char open, char close, (string? Name, object? Value)[] items, string indent)
    {
        text.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            text.Append(i == 0 ? "\n" : ",\n").Append(indent).Append("  ");
            if (items[i].Name is { } name)
            {
                Quote(text, char.ToLowerInvariant(name[0]) + name.Substring(1));
                text.Append(": ");
            }

            Value(text, items[i].Value, indent + "  ");
        }

        text.Append(items.Length == 0 ? "" : "\n" + indent).Append(close);
    }

    // RFC 8259 section 7; also < and >, so that the text may stand in a page.
    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            text.Append(c is '"' or '\\' ? "\\" + c : c is < ' ' or '<' or '>' or '\u2028' or '\u2029' ? $"\\u{(int)c:x4}" : c.ToString());
        }

        text.Append('"');
    }
}
