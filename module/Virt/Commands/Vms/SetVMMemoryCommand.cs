using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Changes the memory of virtual machines.</summary>
/// <remarks>
/// A machine that runs gets more at once, in steps of 128 MB, where it was started with a MaximumBytes that leaves room for it: its guest finds further memory modules, and its guest agent is asked to take them up.
/// What was added stays until the machine has ended, and is part of what it is started with from then on. Less, and more than there is room for, waits for the next start, and a warning says so.
/// Large pages are taken from those that the host keeps (sysctl vm.nr_hugepages), also by what is added; a host that has not enough of them does not start the machine.
/// </remarks>
/// <example>
/// <code>Set-VMMemory web02 -MaximumBytes 2GB -PassThru</code>
/// <para>Makes room for memory that comes while the machine runs.</para>
/// </example>
/// <example>
/// <code>Get-VM web* | Set-VMMemory -StartupBytes 640MB</code>
/// <para>Gives machines more memory: at once where they run and have room for it.</para>
/// </example>
[Cmdlet(VerbsCommon.Set, "VMMemory", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMMemory))]
public sealed class SetVMMemoryCommand : VMPartChangeCommand
{
    /// <summary>How much, 32 MB to the host's memory.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long StartupBytes { get; set; }

    /// <summary>How much it can come to have while it runs; 0: what it was started with.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long MaximumBytes { get; set; }

    /// <summary>What pages of the host it is made of: Small, or Large (huge pages).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMBackingPageSize BackingPageSize { get; set; }

    /// <summary>Write the memory.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.SetVMMemory,
        new SetVMMemory
        {
            Id = target.Id,
            Name = target.Name,
            StartupBytes = IsWanted(nameof(StartupBytes)) ? StartupBytes : null,
            MaximumBytes = IsWanted(nameof(MaximumBytes)) ? MaximumBytes : null,
            BackingPageSize = IsWanted(nameof(BackingPageSize)) ? BackingPageSize : null,
        },
        PassThru,
        (_, memory) =>
        {
            if (memory.PendingChanges.Length > 0)
            {
                Warn($"VM '{memory.VMName}': {NextStart.Words(memory.VMName, memory.State, memory.PendingChanges)}");
            }

            if (memory.Status.Length > 0)
            {
                Warn($"VM '{memory.VMName}': {memory.Status}");
            }

            return memory;
        });
}
