using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace Virt.Shell.Commands;

/// <summary>Stands in for ConvertTo-Json.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json")]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> items = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    [Parameter]
    [ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Compress { get; set; }

    [Parameter]
    public SwitchParameter AsArray { get; set; }

    protected override void ProcessRecord() => items.Add(InputObject);

    protected override void EndProcessing()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = !Compress }))
        {
            Write(json, items.Count == 1 && !AsArray ? items[0] : items, Depth + 1);
        }

        WriteObject(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, object? value, int depth)
    {
        var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        switch (plain)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool or SwitchParameter:
                json.WriteBooleanValue(LanguagePrimitives.IsTrue(plain));
                break;
            case byte or short or int or long or ushort or uint:
                json.WriteNumberValue(Convert.ToInt64(plain));
                break;
            case Enum:
                json.WriteNumberValue(Convert.ToInt64(plain));
                break;
            case ulong or double or float or decimal:
                json.WriteNumberValue(Convert.ToDecimal(plain));
                break;
            case DateTime or DateTimeOffset:
                json.WriteStringValue(plain is DateTimeOffset instant ? instant.ToString("O") : ((DateTime)plain).ToString("O"));
                break;
            case string or char or Guid or TimeSpan or Uri or Version or ScriptBlock:
                json.WriteStringValue(plain.ToString());
                break;
            case var _ when depth == 0:
                json.WriteStringValue(plain.ToString());
                break;
            case IDictionary table:
                json.WriteStartObject();
                foreach (DictionaryEntry pair in table)
                {
                    json.WritePropertyName(pair.Key.ToString()!);
                    Write(json, pair.Value, depth - 1);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    Write(json, item, depth - 1);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                foreach (var property in PSObject.AsPSObject(plain).Properties.Where(property => property.IsGettable))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, depth - 1);
                }

                json.WriteEndObject();
                break;
        }
    }
}
