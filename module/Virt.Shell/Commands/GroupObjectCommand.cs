using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Group-Object.</summary>
[Cmdlet("Group", "Object")]
[Alias("group")]
public sealed class GroupObjectCommand : PSCmdlet
{
    private readonly List<PSObject> items = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object? Property { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            items.Add(InputObject);
        }
    }

    protected override void EndProcessing()
    {
        var pick = Property is null ? null : PropertyPick.Read(Property, null)[0];
        foreach (var group in items.GroupBy(item => (pick is null ? item : pick.Of(item))?.ToString() ?? "", StringComparer.OrdinalIgnoreCase))
        {
            var row = new PSObject();
            row.Properties.Add(new PSNoteProperty("Count", group.Count()));
            row.Properties.Add(new PSNoteProperty("Name", group.Key));
            row.Properties.Add(new PSNoteProperty("Group", group.ToArray()));
            WriteObject(row);
        }
    }
}
