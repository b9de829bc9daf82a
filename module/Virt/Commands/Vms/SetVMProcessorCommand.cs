using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes the processors of virtual machines.</summary>
/// <remarks>
/// Host, which a machine has where nobody says otherwise, gives the guest all that its host's processor has; it then moves live only to a host that has no less. A baseline keeps it to what
/// many hosts have: x86-64-v2 all since about 2009, x86-64-v3 (with AVX2) since about 2015, x86-64-v4 those with AVX-512; a host that cannot
/// give all of it does not start the machine; one that emulates its guests gives the first two.
/// What a machine that runs or is saved cannot change waits for its next start, and a warning says so.
/// </remarks>
/// <example>
/// <code>Set-VMProcessor web02 -Model x86-64-v2 -Count 4 -CoreCountPerSocket 2 -PassThru</code>
/// <para>Gives a machine two sockets of two cores, as many hosts have them.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Set-VMProcessor -Model Host</code>
/// <para>Gives machines all that their host has.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VMProcessor", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMProcessor))]
public sealed class SetVMProcessorCommand : VMPartChangeCommand
{
    /// <summary>How many, 1 to 240.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public int Count { get; set; }

    /// <summary>Their model: Host, x86-64-v1, x86-64-v2, x86-64-v3 or x86-64-v4.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Model { get; set; } = "";

    /// <summary>Cores of each socket that the guest sees; 0: all are in one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int CoreCountPerSocket { get; set; }

    /// <summary>Threads of each core that the guest sees, 1 or 2.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("HwThreadCountPerCore")]
    public int ThreadCountPerCore { get; set; }

    /// <summary>Write the processors.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.SetVMProcessor,
        new SetVMProcessor
        {
            Id = target.Id,
            Name = target.Name,
            Count = IsWanted(nameof(Count)) ? Count : null,
            Model = IsWanted(nameof(Model)) ? Model : null,
            CoreCountPerSocket = IsWanted(nameof(CoreCountPerSocket)) ? CoreCountPerSocket : null,
            ThreadCountPerCore = IsWanted(nameof(ThreadCountPerCore)) ? ThreadCountPerCore : null,
        },
        PassThru,
        (_, processor) =>
        {
            if (processor.PendingChanges.Length > 0)
            {
                Warn($"VM '{processor.VMName}': {NextStart.Words(processor.VMName, processor.State, processor.PendingChanges)}");
            }

            return processor;
        });
}
