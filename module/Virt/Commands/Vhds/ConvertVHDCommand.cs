using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Makes disk images of others, in another format or type.</summary>
/// <remarks>
/// Writes what an image and everything that it stands on hold into a new one, which is whole by itself. The new file comes to its place only when it is whole, and never in the place of another; its format is what its name ends in. The
/// source is tested first, since of one that was cut off the rest would read as zeros. A running VM's disk is refused. With -DeleteSource the source goes once the new one is there.
/// </remarks>
/// <example>
/// <code>
/// New-VHD /tmp/vhd/data.vhdx -SizeBytes 1GB
/// Convert-VHD /tmp/vhd/data.vhdx -DestinationPath /tmp/vhd/data.qcow2 -DeleteSource
/// </code>
/// <para>Makes a qcow2 image of one of Hyper-V's, and deletes that.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Convert-VHD -DestinationPath /tmp/vhd/web01.vmdk -VHDFormat vmdk</code>
/// <para>Writes the disk of a stopped VM for VMware.</para>
/// </example>
[Cmdlet(VerbsData.Convert, "VHD", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VHD))]
public sealed class ConvertVHDCommand : VHDChangeCommand
{
    /// <summary>Disk images: full paths on the host, with or without wildcards in the last part, VMs, whose first disk is meant, or their drives.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ParameterSets.Piped)]
    [Paths]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VHDPathCompleter))]
    public override string[] Path { get; set; } = [];

    /// <summary>Disk images, as Get-VHD gives them. They are found again by their paths, on the hosts that they came from.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Piped)]
    [Kind(typeof(VHD))]
    public override VHD[] InputObject { get; set; } = [];

    /// <summary>Where the new one is made: a full path on the host, in a folder that is there.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.InputObject)]
    public string DestinationPath { get; set; } = "";

    /// <summary>Its format, which the name of the new one must end in: qcow2, raw, vhdx, vmdk, vhd. Without it: what the name ends in.</summary>
    [Parameter]
    [ValidateSet("Qcow2", "Raw", "Vhdx", "Vmdk", "Vhd")]
    public VHDFormat VHDFormat { get; set; }

    /// <summary>Dynamic: it takes what it holds. Fixed: it has all its blocks. Without it: as the source, and Dynamic where that is a differencing one.</summary>
    [Parameter]
    [ValidateSet("Dynamic", "Fixed")]
    public VHDType VHDType { get; set; }

    /// <summary>Delete the source once the new one is whole. No VM may have it, and no image may stand on it.</summary>
    [Parameter]
    public SwitchParameter DeleteSource { get; set; }

    /// <summary>Write the new disk image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => DestinationPath = One(words);

    private protected override void Act(HostCalls host, Target target) => Change(
        host,
        target,
        Methods.ConvertVHD,
        new ConvertVHD { Path = target.Name, DestinationPath = DestinationPath, Format = VHDFormat, Type = VHDType, DeleteSource = DeleteSource },
        PassThru);
}
