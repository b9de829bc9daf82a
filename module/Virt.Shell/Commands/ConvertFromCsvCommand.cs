using System.Collections.Generic;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for ConvertFrom-Csv.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Csv")]
public sealed class ConvertFromCsvCommand : PSCmdlet
{
    private readonly List<string> lines = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string[] InputObject { get; set; } = [];

    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    protected override void ProcessRecord()
    {
        foreach (var text in InputObject)
        {
            lines.AddRange(text.Split('\n'));
        }
    }

    protected override void EndProcessing() => WriteObject(CsvText.Read(lines, Delimiter), enumerateCollection: true);
}
