using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Virt.Shell.Commands;

/// <summary>Stands in for ConvertFrom-Json, with its ways: integers are long, and a text that looks like an instant is a DateTime.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed partial class ConvertFromJsonCommand : PSCmdlet
{
    private readonly List<string> lines = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = "";

    [Parameter]
    [ValidateRange(1, 1024)]
    public int Depth { get; set; } = 1024;

    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    protected override void ProcessRecord() => lines.Add(InputObject);

    protected override void EndProcessing()
    {
        try
        {
            using var json = JsonDocument.Parse(string.Join('\n', lines), new JsonDocumentOptions { MaxDepth = Depth });
            WriteObject(Read(json.RootElement), enumerateCollection: !NoEnumerate);
        }
        catch (JsonException e)
        {
            ThrowTerminatingError(new ErrorRecord(new ArgumentException("Cannot read the text as JSON: " + e.Message, e), "JsonFailed", ErrorCategory.InvalidData, InputObject));
        }
    }

    private static object? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => ReadObject(value),
        JsonValueKind.Array => value.EnumerateArray().Select(Read).ToArray(),
        JsonValueKind.String => Instant().IsMatch(value.GetString()!) && value.TryGetDateTime(out var time) ? time : value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static PSObject ReadObject(JsonElement value)
    {
        var made = new PSObject();
        foreach (var property in value.EnumerateObject())
        {
            made.Properties.Add(new PSNoteProperty(property.Name, Read(property.Value)));
        }

        return made;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Instant();
}
