using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes disk images.</summary>
/// <remarks>
/// The image is written as its name ends: .qcow2, .raw or .img, .vhdx, .vmdk, .vhd. -Dynamic, which is so too where nothing is said, makes one that takes what is written to it; -Fixed gives it all its blocks at once
/// (not in vmdk), for which there must be room; -Differencing makes a qcow2 image that keeps only what differs from -ParentPath, which must not change from then on. There is never one in the place of
/// another: a file of that name is an error.
/// </remarks>
/// <example>
/// <code>New-VHD /tmp/vhd/data.qcow2 -SizeBytes 20GB</code>
/// <para>Makes a disk image that grows as it is written.</para>
/// </example>
/// <example>
/// <code>New-VHD /tmp/vhd/fast.raw -SizeBytes 64MB -Fixed</code>
/// <para>Makes one that has all its blocks.</para>
/// </example>
/// <example>
/// <code>
/// New-VHD /tmp/vhd/golden.qcow2 -SizeBytes 1GB
/// New-VHD /tmp/vhd/test01.qcow2 -ParentPath /tmp/vhd/golden.qcow2 -Differencing
/// </code>
/// <para>Makes an image that begins as another one is, and keeps what differs.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "VHD", DefaultParameterSetName = "Dynamic", SupportsShouldProcess = true)]
[OutputType(typeof(VHD))]
public sealed class NewVHDCommand : NewCommand
{
    /// <summary>Where it is made: a full path on the host, in a folder that is there.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    /// <summary>The disk as a guest sees it, such as 20GB. Of a differencing one: as its parent, where nothing is said.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = "Dynamic")]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = "Fixed")]
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true, ParameterSetName = "Differencing")]
    [ByteSize]
    public long SizeBytes { get; set; }

    /// <summary>It grows as it is written. This is so too where nothing is said.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Dynamic")]
    public SwitchParameter Dynamic { get; set; }

    /// <summary>It has all its blocks at once.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Fixed")]
    public SwitchParameter Fixed { get; set; }

    /// <summary>It keeps only what differs from its parent. This is so too where a parent is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Differencing")]
    public SwitchParameter Differencing { get; set; }

    /// <summary>The image that it differs from: a full path on the host. No VM may have it as its disk.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = "Differencing")]
    public string? ParentPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var type = ParameterSetName == "Differencing" ? VHDType.Differencing : Fixed ? VHDType.Fixed : VHDType.Dynamic;
        Make(Methods.NewVHD, new NewVHD { Path = Path, SizeBytes = SizeBytes, Type = type, ParentPath = Given(ParentPath) ?? "" }, Path);
    }
}
