using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Format-List: lines of text instead of format objects.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
[Alias("fl")]
public sealed class FormatListCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = ["*"];

    protected override void BeginProcessing() => WriteObject("");

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        var picks = Property.SelectMany(property => PropertyPick.Read(property, InputObject)).ToArray();
        var width = picks.Select(pick => pick.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var pick in picks)
        {
            WriteObject($"{pick.Name.PadRight(width)} : {Text(pick.Of(InputObject))}");
        }

        WriteObject("");
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        IDictionary table => "{" + string.Join(", ", table.Keys.Cast<object>().Select(key => $"[{key}, {table[key]}]")) + "}",
        _ when LanguagePrimitives.GetEnumerable(value) is { } items => "{" + string.Join(", ", items.Cast<object?>()) + "}",
        _ => value.ToString() ?? "",
    };
}
