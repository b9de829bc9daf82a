using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Runs a command in the guest of a virtual machine.</summary>
/// <remarks>
/// The command runs through the guest agent, as root, without a network. It gives one result with the exit code and all that the command wrote.
/// A command that fails is no error of the cmdlet, unless -ErrorOnNonZeroExit says so. What begins with a dash stands behind --.
/// </remarks>
/// <example>
/// <code>Invoke-VMCommand web01 -- uname -a</code>
/// <para>Runs a command in one guest.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Invoke-VMCommand -Command cat, /proc/uptime | Select-Object Name, ExitCode, Output</code>
/// <para>Runs a command in the guests of machines from the pipeline.</para>
/// </example>
/// <example>
/// <code>'one', 'two' | Invoke-VMCommand web01 -- wc -l</code>
/// <para>Gives a command its standard input.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "VMCommand", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(CommandResult))]
public sealed class InvokeVMCommandCommand : InvokeCommand<VM>
{
    /// <summary>The names of virtual machines; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Name)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Virtual machines, as Get-VM gives them. They are found again by their ids, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VM))]
    public VM[] InputObject { get; set; } = [];

    /// <summary>The ids of virtual machines.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ParameterSets.Id)]
    public Guid[] Id { get; set; } = [];

    /// <summary>How long the command may run, in seconds; 0: for ever.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; } = 60;

    private protected override Noun<VM> Noun => Nouns.VM;

    private protected override string[] TargetNames => Name;

    private protected override VM[] TargetObjects => InputObject;

    private protected override Guid[] TargetIds => Id;

    private protected override CommandExit Call(HostCalls host, Target target, CommandInvocation invocation, CallObserver observer)
    {
        var request = new InvokeVMCommand
        {
            Id = target.Id,
            Name = target.Name,
            Command = invocation.Command,
            Input = invocation.Input,
            Environment = invocation.Environment,
            Timeout = Seconds(TimeoutSeconds),
        };
        return host.Invoke(Methods.InvokeVMCommand, request, observer: observer);
    }
}
