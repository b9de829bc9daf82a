using System.Management.Automation;

namespace Virt.Commands;

/// <summary>The base of those of them that change virtual machines.</summary>
public abstract class VMOperandChangeCommand : VMOperandCommand
{
    /// <summary>Go on as a job, over an operation that Get-VirtOperation shows in every session. Stop-Job cancels it on the host.</summary>
    [Parameter]
    [Alias("RunAsync")]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;
}
