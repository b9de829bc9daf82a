using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Write-Error.</summary>
[Cmdlet(VerbsCommunications.Write, "Error", DefaultParameterSetName = "Message")]
public sealed class WriteErrorCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Message")]
    public string Message { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "ErrorRecord")]
    public ErrorRecord? ErrorRecord { get; set; }

    [Parameter(ParameterSetName = "Message")]
    public string ErrorId { get; set; } = "WriteError";

    [Parameter(ParameterSetName = "Message")]
    public object? TargetObject { get; set; }

    protected override void ProcessRecord() =>
        WriteError(ErrorRecord ?? new ErrorRecord(new WriteErrorException(Message), ErrorId, ErrorCategory.NotSpecified, TargetObject));
}
