using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Gives back the blocks of disk images that hold nothing.</summary>
/// <remarks>
/// Writes an image anew without the blocks that hold nothing but zeros or that nothing uses, and puts it in the old one's place in one step; for as long there must be room for both. A differencing image stays one. What a guest
/// has deleted is given back only where it has zeroed or discarded it (fstrim). A fixed image takes as little as a dynamic one afterwards. A VM that has the image must be stopped.
/// </remarks>
/// <example>
/// <code>Get-VM web01 | Get-VHD | Optimize-VHD -PassThru</code>
/// <para>Lets the disk of a stopped VM take no more than it holds.</para>
/// </example>
[Cmdlet(VerbsCommon.Optimize, "VHD", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VHD))]
public sealed class OptimizeVHDCommand : VHDChangeCommand
{
    /// <summary>Write the disk image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.OptimizeVHD, new OptimizeVHD { Path = target.Name }, PassThru);
}
