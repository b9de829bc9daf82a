using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace Virt.Shell.Commands;

/// <summary>Turns lines of CSV into objects. Source: RFC 4180, without line breaks inside of fields.</summary>
internal static class CsvText
{
    /// <summary>One object for each line after the first, which has the names.</summary>
    public static IEnumerable<PSObject> Read(IEnumerable<string> lines, char delimiter)
    {
        string[]? names = null;
        foreach (var line in lines.Where(line => line.Trim().Length > 0 && (names is not null || !line.StartsWith('#'))))
        {
            var fields = Fields(line, delimiter);
            if (names is null)
            {
                names = fields;
                continue;
            }

            var row = new PSObject();
            for (var at = 0; at < names.Length; at++)
            {
                row.Properties.Add(new PSNoteProperty(names[at], at < fields.Length ? fields[at] : null));
            }

            yield return row;
        }
    }

    private static string[] Fields(string line, char delimiter)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == '"')
            {
                if (quoted && at + 1 < line.Length && line[at + 1] == '"')
                {
                    field.Append('"');
                    at++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (line[at] == delimiter && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[at]);
            }
        }

        fields.Add(field.ToString());
        return fields.Select(text => text.Trim()).ToArray();
    }
}
