using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Write-Output.</summary>
[Cmdlet(VerbsCommunications.Write, "Output")]
[Alias("echo", "write")]
public sealed class WriteOutputCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject[] InputObject { get; set; } = [];

    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    protected override void ProcessRecord()
    {
        if (NoEnumerate)
        {
            WriteObject(InputObject, enumerateCollection: false);
            return;
        }

        foreach (var item in InputObject)
        {
            WriteObject(item, enumerateCollection: true);
        }
    }
}
