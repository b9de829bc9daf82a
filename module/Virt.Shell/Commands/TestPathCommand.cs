using System.IO;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Test-Path, of files and folders.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path")]
public sealed class TestPathCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string Path { get; set; } = "";

    protected override void ProcessRecord()
    {
        var path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        WriteObject(File.Exists(path) || Directory.Exists(path));
    }
}
