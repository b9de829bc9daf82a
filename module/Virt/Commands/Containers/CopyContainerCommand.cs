using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Copies a container: the same settings, and what it has written.</summary>
/// <remarks>
/// <para>
/// The copy is a container of its own: another id, host name, hardware address and network address, another range of the host's user ids, an empty log, and an empty /etc/machine-id where the original had written
/// one. What the original has written is copied; where the file system can (btrfs, xfs) the two share the blocks until either is written. A container that runs stands still meanwhile, as with
/// Suspend-Container, so that the copy is of one moment. Files that a program has open and has not written yet are as after a power cut.
/// </para>
/// <para>
/// Published ports stay the original's, because a port of the host can lead to one container alone: a warning names them, and -Publish gives the copy ports of its own. Volumes are not copied: both see the same
/// ones. Copy-VirtVolume makes another of what one holds.
/// </para>
/// </remarks>
/// <example>
/// <code>Copy-Container web web-test</code>
/// <para>Makes a copy of a container that runs.</para>
/// </example>
/// <example>
/// <code>Copy-Container job -NewName job2 -Start</code>
/// <para>Makes a copy and starts it.</para>
/// </example>
[Cmdlet(VerbsCommon.Copy, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class CopyContainerCommand : ContainerOperandChangeCommand
{
    /// <summary>The copy's name, and its host name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string NewName { get; set; } = "";

    /// <summary>Ports of the host that lead to the copy, as for New-Container. Without it: none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Publish { get; set; } = [];

    /// <summary>The copy's address in the network, or one of each family. Without it: a free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>Start the copy.</summary>
    [Parameter]
    public SwitchParameter Start { get; set; }

    private protected override void TakeFirst(string[] words) => NewName = One(words);

    private protected override string? ForOne => nameof(NewName);

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.CopyContainer,
        new CopyContainer { Id = target.Id, Name = target.Name, NewName = NewName, Publish = Publish, IPAddresses = IPAddress, Start = Start },
        follow: (_, container) =>
        {
            if (container.Status.Length > 0)
            {
                Warn($"Container '{container.Name}': {container.Status}");
            }

            return container;
        });
}
