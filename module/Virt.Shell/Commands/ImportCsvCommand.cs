using System.IO;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Import-Csv.</summary>
[Cmdlet(VerbsData.Import, "Csv")]
public sealed class ImportCsvCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string Path { get; set; } = "";

    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    protected override void ProcessRecord() =>
        WriteObject(CsvText.Read(File.ReadAllLines(SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path)), Delimiter), enumerateCollection: true);
}
