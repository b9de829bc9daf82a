using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Makes disks larger or smaller.</summary>
/// <remarks>
/// Growing loses nothing, and works under a running VM, whose guest sees the new size at once; what to do with it, its partitions and file systems, is the guest's. Shrinking loses whatever is beyond the new end, so it wants
/// -AllowShrink, asks first, and the VM must be stopped. Images of the formats qcow2 and raw can be resized; a fixed one gets the blocks of what is new, for which there must be room. A VM's disk that has checkpoints keeps its size.
/// </remarks>
/// <example>
/// <code>Get-VM web01 | Resize-VHD -SizeBytes 20GB -PassThru</code>
/// <para>Makes a VM's disk larger, whether it runs or not.</para>
/// </example>
/// <example>
/// <code>
/// New-VHD /tmp/vhd/data.qcow2 -SizeBytes 2GB
/// Resize-VHD /tmp/vhd/data.qcow2 -SizeBytes 1GB -AllowShrink -Confirm:$false
/// </code>
/// <para>Makes a disk smaller without a question; what was beyond the first gigabyte is lost.</para>
/// </example>
[Cmdlet(VerbsCommon.Resize, "VHD", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VHD))]
public sealed class ResizeVHDCommand : VHDChangeCommand
{
    /// <summary>The disk as a guest shall see it, such as 20GB.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ByteSize]
    public long SizeBytes { get; set; }

    /// <summary>It may become smaller: whatever is beyond the new end is lost.</summary>
    [Parameter]
    public SwitchParameter AllowShrink { get; set; }

    /// <summary>Write the disk image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool LosesData => AllowShrink;

    private protected override void Act(HostCalls host, Target target)
    {
        if (AllowShrink)
        {
            Warn($"Where disk '{target.Name}' is larger than {SizeBytes} bytes, whatever it holds beyond that is lost.");
        }

        Change(host, target, Methods.ResizeVHD, new ResizeVHD { Path = target.Name, SizeBytes = SizeBytes, AllowShrink = AllowShrink }, PassThru);
    }
}
