using System;
using System.Management.Automation;

namespace Virt.Shell.Commands;

/// <summary>Stands in for Set-Location.</summary>
[Cmdlet(VerbsCommon.Set, "Location")]
[Alias("cd", "sl")]
public sealed class SetLocationCommand : PSCmdlet
{
    [Parameter(Position = 0)]
    public string Path { get; set; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    protected override void ProcessRecord() => SessionState.Path.SetLocation(Path);
}
