using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Sort-Object.</summary>
[Cmdlet("Sort", "Object")]
[Alias("sort")]
public sealed class SortObjectCommand : PSCmdlet
{
    private static readonly Comparer<object?> Order = Comparer<object?>.Create(
        static (left, right) => LanguagePrimitives.TryCompare(left, right, ignoreCase: true, out var result) ? result : string.CompareOrdinal(left?.ToString(), right?.ToString()));

    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    [Parameter]
    public SwitchParameter Descending { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            items.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var picks = Property.SelectMany(property => PropertyPick.Read(property, null)).ToArray();
        var sorted = picks.Aggregate(items.OrderBy(static _ => 0), (so, pick) =>
            pick.Descending ?? Descending ? so.ThenByDescending(item => pick.Of(item), Order) : so.ThenBy(item => pick.Of(item), Order));
        if (picks.Length == 0)
        {
            sorted = Descending ? items.OrderByDescending(item => item.BaseObject, Order) : items.OrderBy(item => item.BaseObject, Order);
        }

        PSObject? before = null;
        foreach (var item in sorted)
        {
            if (!Unique || before is null || Order.Compare(before.BaseObject, item.BaseObject) != 0)
            {
                WriteObject(item);
            }

            before = item;
        }
    }
}
