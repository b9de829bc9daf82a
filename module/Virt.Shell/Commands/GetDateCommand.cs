using System;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Get-Date.</summary>
[Cmdlet(VerbsCommon.Get, "Date")]
public sealed class GetDateCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public DateTime? Date { get; set; }

    [Parameter]
    public string? Format { get; set; }

    protected override void ProcessRecord()
    {
        var date = Date ?? TimeProvider.System.GetLocalNow().DateTime;
        WriteObject(Format is null ? date : date.ToString(Format));
    }
}
