using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Measure-Object, over numbers.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object")]
[Alias("measure")]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public string? Property { get; set; }

    [Parameter]
    public SwitchParameter Sum { get; set; }

    [Parameter]
    public SwitchParameter Average { get; set; }

    [Parameter]
    public SwitchParameter Minimum { get; set; }

    [Parameter]
    public SwitchParameter Maximum { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            items.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var numbers = Sum || Average || Minimum || Maximum
            ? items.Select(item => LanguagePrimitives.ConvertTo<double>(Property is null ? item : item.Properties[Property]?.Value)).ToArray()
            : [];
        var row = new PSObject();
        row.Properties.Add(new PSNoteProperty("Count", items.Count));
        row.Properties.Add(new PSNoteProperty("Average", Average && numbers.Length > 0 ? numbers.Average() : null));
        row.Properties.Add(new PSNoteProperty("Sum", Sum ? numbers.Sum() : null));
        row.Properties.Add(new PSNoteProperty("Maximum", Maximum && numbers.Length > 0 ? numbers.Max() : null));
        row.Properties.Add(new PSNoteProperty("Minimum", Minimum && numbers.Length > 0 ? numbers.Min() : null));
        WriteObject(row);
    }
}
