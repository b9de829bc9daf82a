using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Writes differencing disks into what they stand on.</summary>
/// <remarks>
/// Writes what a differencing disk has into its parent, or into one further below, which then holds what the differencing disk did; that goes, and so does what stands between. No VM may have any of them, and no other image
/// beside them may stand on one that changes: its parent would be another. Once it has begun it is finished, also by an agent after this one, since the parent is neither the old nor the new one meanwhile.
/// </remarks>
/// <example>
/// <code>
/// New-VHD /tmp/vhd/golden.qcow2 -SizeBytes 1GB
/// New-VHD /tmp/vhd/test01.qcow2 -ParentPath /tmp/vhd/golden.qcow2
/// Merge-VHD /tmp/vhd/test01.qcow2
/// </code>
/// <para>Makes what was tried in a differencing disk the parent's own.</para>
/// </example>
[Cmdlet(VerbsData.Merge, "VHD", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VHD))]
public sealed class MergeVHDCommand : VHDChangeCommand
{
    /// <summary>The image below it that it is written into: a full path on the host. Without it: its parent.</summary>
    [Parameter(Position = 1)]
    public string? DestinationPath { get; set; }

    /// <summary>Write the disk image that it has become.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.MergeVHD, new MergeVHD { Path = target.Name, DestinationPath = DestinationPath ?? "" }, PassThru);
}
