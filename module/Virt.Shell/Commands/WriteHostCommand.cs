using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Write-Host.</summary>
[Cmdlet(VerbsCommunications.Write, "Host")]
public sealed class WriteHostCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    public object? Object { get; set; }

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    [Parameter]
    public ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);

    protected override void ProcessRecord()
    {
        var items = LanguagePrimitives.GetEnumerable(Object)?.Cast<object?>() ?? [Object];
        var text = string.Join(' ', items.Select(item => item?.ToString())) + (NoNewline ? "" : Environment.NewLine);
        Host.UI.Write(ForegroundColor, Host.UI.RawUI.BackgroundColor, text);
    }
}
