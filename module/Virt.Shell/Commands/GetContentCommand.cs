using System.IO;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Get-Content, of files.</summary>
[Cmdlet(VerbsCommon.Get, "Content")]
[Alias("cat", "gc")]
public sealed class GetContentCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public string[] Path { get; set; } = [];

    [Parameter]
    public SwitchParameter Raw { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            var file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);
            if (File.Exists(file))
            {
                WriteObject(Raw ? File.ReadAllText(file) : File.ReadAllLines(file), enumerateCollection: !Raw);
                continue;
            }

            WriteError(new ErrorRecord(new FileNotFoundException($"Cannot read file '{path}': there is none."), "PathNotFound", ErrorCategory.ObjectNotFound, path));
        }
    }
}
