using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets disk images of hosts.</summary>
/// <remarks>
/// Says what a disk image is: its format, whether it grows, has all its blocks or keeps only what differs from a parent, how large it is as a guest sees it and what it takes on the host,
/// everything that it stands on, and which VM or which other program has it. It may be asked of a running VM's disk too. In which format an image is read, its VM or its name says; its content is not
/// believed, since a guest may have written that: a file whose name says nothing, and that names other files or could be anything, is an error.
/// </remarks>
/// <example>
/// <code>Get-VHD</code>
/// <para>Shows the disks of this host's VMs.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Get-VHD | Format-List</code>
/// <para>Shows all that is known of a VM's disk.</para>
/// </example>
/// <example>
/// <code>
/// New-VHD /tmp/vhd/data.qcow2 -SizeBytes 10GB
/// Get-VHD /tmp/vhd/*.qcow2
/// </code>
/// <para>Makes a disk image, and shows all of a folder.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VHD", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VHD))]
public sealed class GetVHDCommand : VHDTargetCommand
{
    /// <summary>Disk images: full paths on the host, with or without wildcards in the last part, VMs, whose first disk is meant, or their drives. Without it: the disks of the host's VMs.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ParameterSets.Name)]
    [Paths]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VHDPathCompleter))]
    public override string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachFound(Emit);
}
