using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Tests whether disk images are sound.</summary>
/// <remarks>
/// Reads the tables of an image and of everything that it stands on, and says whether all of that is there and whether data is in danger. One that was cut off is found by it too; of raw and vhd images there is
/// nothing more than that they can be read. -Repair mends what can be mended in the image itself; where the tables contradict each other, that may lose what they told of. A running VM's disk is
/// refused, as nothing but its VM knows it whole.
/// </remarks>
/// <example>
/// <code>Get-VMHardDiskDrive | Get-VHD | Test-VHD</code>
/// <para>Tests the disks of all VMs.</para>
/// </example>
/// <example>
/// <code>
/// New-VHD /tmp/vhd/data.qcow2 -SizeBytes 1GB
/// Test-VHD /tmp/vhd/data.qcow2 -Repair
/// </code>
/// <para>Mends an image where it needs it.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "VHD", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VHDTest))]
public sealed class TestVHDCommand : VHDChangeCommand
{
    /// <summary>Mend what can be mended.</summary>
    [Parameter]
    public SwitchParameter Repair { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.TestVHD, new TestVHD { Path = target.Name, Repair = Repair });
}
