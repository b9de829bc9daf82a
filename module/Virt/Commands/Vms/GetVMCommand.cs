using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gets virtual machines.</summary>
/// <remarks>
/// Gives the virtual machines of a host as they are now: all of them, or those of the names, ids or objects given. A name without wildcards that
/// does not exist is an error that names the nearest one; a pattern that matches nothing gives nothing. Of one that runs, CpuPercent says how busy it was since the agent was last asked, in percent of one CPU, and UsedMemoryBytes how much memory
/// of the host it uses; ProcessorCount and MemoryBytes are what its guest has. Measure-VM measures over a time of your choice.
/// The screen of one that has a video adapter is shown over VNC at the Unix socket VncSocketPath of its host, which only root may open, for several viewers at once and without a password: ssh is the way there from elsewhere,
/// and a viewer then connects to localhost:5901 (ssh -N -L 5901:PATH root@HOST; vncviewer localhost::5901).
/// </remarks>
/// <example>
/// <code>Get-VM</code>
/// <para>Shows every virtual machine of this host.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Where-Object State -eq Running</code>
/// <para>Shows those that run among the virtual machines whose names begin with web.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 -Detailed | Select-Object Name, @{ Name = 'OS'; Expression = { $_.Guest.OSName } }</code>
/// <para>Shows a machine with what its guest says of itself: system, addresses, users, file systems and packages, as Get-VMGuest gives them.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Select-Object Name, ComputerName, VncSocketPath</code>
/// <para>Shows where a machine's screen is to be seen while it runs.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VM", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VM))]
public sealed class GetVMCommand : VMTargetCommand
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The names of virtual machines; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Alias("VMName")]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <summary>Ask the guest of each machine that runs, through its guest agent, what it is: the property Guest, which stays empty where nobody answers.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound((host, machine) =>
    {
        if (Detailed && machine.State == VMState.Running)
        {
            machine.Guest = Ask(host, machine);
        }

        Emit(machine);
    });

    // A machine is shown whether or not its guest answers.
    private static VMGuest? Ask(HostCalls host, VM machine)
    {
        try
        {
            return host.Invoke(Methods.GetVMGuest, new GetVMGuest { Id = machine.Id, Name = machine.Name, AnswerTimeout = AnswerTimeout, IncludePackages = true });
        }
        catch (VirtException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.WrongState or ErrorCode.NotFound or ErrorCode.Timeout && !ErrorRecords.IsHostFailure(e))
        {
            return null;
        }
    }
}
