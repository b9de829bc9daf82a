using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Compares a virtual machine with another host: what a move there would do, and what stands in its way.</summary>
/// <remarks>
/// Looks at QEMU and the machine type, the CPU, the memory that is free, the networks of all adapters and images by name, the firmware, and whether the host reaches the
/// machine's disk or has the space for a copy, with what its checkpoints keep. Each problem has the command that mends it, to be typed where this was; what begins with sudo or mkdir is for the host
/// that the problem names. The plan can be kept as JSON, and Move-VM applies exactly it. Nothing is changed.
/// </remarks>
/// <example>
/// <code>(Compare-VM web01 -DestinationHost hostb).Problems | Format-Table Id, Message, FixCommand</code>
/// <para>Shows what keeps a machine from moving, with the commands that mend it.</para>
/// </example>
/// <example>
/// <code>$plan = Compare-VM web01 -DestinationHost hostb -IncludeStorage</code>
/// <para>Plans a move that takes the disk along, for a look at it, or for Move-VM -Plan $plan.</para>
/// </example>
[Cmdlet(VerbsData.Compare, "VM", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMMovePlan))]
public sealed class CompareVMCommand : VMOperandCommand
{
    /// <summary>The other host, by the name that it has as a peer of the machine's host.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Id)]
    [Alias("Destination")]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public string DestinationHost { get; set; } = "";

    /// <summary>Plan to copy a disk that the other host cannot reach.</summary>
    [Parameter]
    public SwitchParameter IncludeStorage { get; set; }

    /// <summary>The folder on the other host for a copied disk; without it, its agent's own.</summary>
    [Parameter]
    public string? DestinationStoragePath { get; set; }

    private protected override void TakeFirst(string[] words) => DestinationHost = One(words);

    private protected override void Act(HostCalls host, Target target) => Emit(host.Invoke(Methods.CompareVM, new CompareVM
    {
        Id = target.Id,
        Name = target.Name,
        DestinationHost = DestinationHost,
        IncludeStorage = IncludeStorage,
        DestinationStoragePath = DestinationStoragePath,
    }));
}
