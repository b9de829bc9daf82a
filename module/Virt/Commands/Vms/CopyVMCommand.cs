using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Copies virtual machines: linked clones within milliseconds, or full ones.</summary>
/// <remarks>
/// <para>
/// A copy has the settings of the original and its disk as it is now, and an identity of its own: another id and system UUID, hardware address, address in the network, UEFI variables of its own, and a name. Its guest becomes
/// another one too, through its guest agent, when that first answers: it gets a machine id and SSH host keys of its own and the copy's host name (with -UserName and its like cloud-init does that, as for a new machine, all but the machine id). Wait-VM -For
/// GuestAgent, Healthy, IPAddress and Port return after that. What programs have read before they have until they read it again. A guest without a guest agent, or without /bin/sh, keeps what it has, and Status of the running machine says so. A virtual TPM is whose it is: a copy gets a new one, and the original's only with -KeepIdentity. One that runs stands still for a moment, and its copies find the disk as after a loss of power; memory is not copied. What was saved of one that is Saved stays the original's, and a warning says so.
/// </para>
/// <para>
/// A linked copy keeps only what differs from the original's disk, which it stands on: it is made at once and takes next to no space. LinkedTo says whose disk that is. Whatever happens to the original, what its linked copies stand on stays as it
/// is: its checkpoints can be removed and restored, and it can be patched; itself it can be removed when the last of them is gone. A linked copy whose disk stays when it is removed gets a disk that stands on nothing. With -Full the copy has such a disk from the
/// beginning.
/// </para>
/// <para>
/// Of several copies (-Count) all are made or none. Their names are the original's with the next free numbers, such as web-1 to web-10; -NewName gives another name, in which # stands for the number: node-## makes node-01, node-02.
/// </para>
/// <para>
/// Published ports stay the original's, because a port of the host can lead to one machine alone: a warning names them, and -Publish gives a copy ports of its own.
/// </para>
/// </remarks>
/// <example>
/// <code>Copy-VM web01 web01-test</code>
/// <para>Makes a linked copy.</para>
/// </example>
/// <example>
/// <code>Copy-VM web01 -NewName node-## -Count 3 | Format-Table Name, LinkedTo, MacAddress</code>
/// <para>Makes the linked copies node-01, node-02 and node-03.</para>
/// </example>
/// <example>
/// <code>Copy-VM web02 web02-lab -Full -KeepIdentity -Network isolated</code>
/// <para>Makes a full copy whose guest sees the same UUID and hardware address, where it cannot meet the original.</para>
/// </example>
[Cmdlet(VerbsCommon.Copy, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class CopyVMCommand : VMOperandChangeCommand
{
    /// <summary>
    /// The copy's name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host. One run of # stands for the first free number, of at least so many digits. Without # several copies are called name-1, name-2. Without it: the original's name
    /// and the next free number.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string? NewName { get; set; }

    /// <summary>How many copies to make, 1 to 1000.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int Count { get; set; } = 1;

    /// <summary>Give each copy a whole disk of its own instead of one that stands on the original's.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>
    /// Let the copy's guest see the system UUID and the hardware address of the original, and in a network that New-VirtNetwork has made its address. Two members of one such network cannot have one address: -Network puts the copy elsewhere.
    /// </summary>
    [Parameter]
    public SwitchParameter KeepIdentity { get; set; }

    /// <summary>Copy the disk as this checkpoint of the original keeps it, instead of as it is now.</summary>
    [Parameter]
    [Alias("CheckpointName")]
    public string? SnapshotName { get; set; }

    /// <summary>The copy's network, as for New-VM. Without it: the original's.</summary>
    [Parameter]
    [Alias("Network")]
    [ArgumentCompleter(typeof(VMNetworkNameCompleter))]
    public string? SwitchName { get; set; }

    /// <summary>The copy's address in the network. Without it: a free one.</summary>
    [Parameter]
    public string[] IPAddress { get; set; } = [];

    /// <summary>Ports of the host that lead to the copy, as for New-VM. Without it: none.</summary>
    [Parameter]
    public string[] Publish { get; set; } = [];

    /// <summary>Start the copies.</summary>
    [Parameter]
    public SwitchParameter Start { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = One(words);

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.CopyVM,
        new CopyVM
        {
            Id = target.Id,
            Name = target.Name,
            NewName = NewName ?? "",
            Count = Count,
            Full = Full,
            KeepIdentity = KeepIdentity,
            CheckpointName = SnapshotName ?? "",
            SwitchName = string.IsNullOrEmpty(SwitchName) ? null : SwitchName,
            IPAddresses = IPAddress,
            Publish = Publish,
            Start = Start,
        },
        follow: (_, made) =>
        {
            foreach (var copy in made.Items)
            {
                if (copy.Status.Length > 0)
                {
                    Warn($"VM '{copy.Name}': {copy.Status}");
                }
            }

            Report(made.Errors);
            return made.Items;
        });
}
