using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Select-Object.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
[Alias("select")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public string? ExpandProperty { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        items.Add(InputObject);
        if (First is { } first && Last is null && items.Count >= Skip + first)
        {
            WriteChosen();
            throw StopUpstream.From(this);
        }
    }

    protected override void EndProcessing() => WriteChosen();

    private void WriteChosen()
    {
        var chosen = items.Skip(Skip);
        chosen = First is { } first ? chosen.Take(first) : Last is { } last ? items.TakeLast(last + Skip).SkipLast(Skip) : chosen;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in chosen.SelectMany(Shape))
        {
            if (!Unique || seen.Add(item?.ToString() ?? ""))
            {
                WriteObject(item);
            }
        }
    }

    private IEnumerable<object?> Shape(PSObject item)
    {
        if (ExpandProperty is not null)
        {
            var value = item.Properties[ExpandProperty]?.Value;
            return LanguagePrimitives.GetEnumerable(value)?.Cast<object?>() ?? [value];
        }

        if (Property.Length == 0)
        {
            return [item];
        }

        var shaped = new PSObject();
        foreach (var pick in Property.SelectMany(property => PropertyPick.Read(property, item)))
        {
            shaped.Properties.Add(new PSNoteProperty(pick.Name, pick.Of(item)));
        }

        shaped.TypeNames.Insert(0, "Selected." + item.TypeNames[0]);
        return [shaped];
    }
}
