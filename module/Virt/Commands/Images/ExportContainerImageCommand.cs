using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Writes images into archives.</summary>
/// <remarks>Writes an image into a tar archive or a folder on the host, as an OCI layout or as docker save does. skopeo, podman, buildah, umoci and docker read both. One that is a folder of the host is written as one layer.</remarks>
/// <example>
/// <code>Export-ContainerImage tools:1 -Path /tmp/tools-docker.tar.gz -Format Docker</code>
/// <para>Writes an archive that docker load reads.</para>
/// </example>
/// <example>
/// <code>Export-ContainerImage tools:1 -Path /tmp/tools.tar.zst -Format Docker; Export-ContainerImage tools:1 -Path /tmp/tools.tar -Compression Zstd</code>
/// <para>Compresses by zstd: an archive as a whole, and the layers of another.</para>
/// </example>
[Cmdlet(VerbsData.Export, "ContainerImage", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class ExportContainerImageCommand : ContainerImageOperandCommand
{
    /// <summary>What is not there yet on the host, an absolute path: a file where it ends in .tar, .tar.gz, .tgz, .tar.zst or .tzst, compressed as that says, else a folder.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string Path { get; set; } = "";

    /// <summary>The form: Oci or Docker.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = ContainerImageFormat.Oci)]
    public ContainerImageFormat Format { get; set; }

    /// <summary>How its layers are compressed in OCI's form: AsIs, as they came; Gzip, Zstd or None. Where they were compressed otherwise, the image has another digest there.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = ContainerImageCompression.AsIs)]
    public ContainerImageCompression Compression { get; set; }

    /// <summary>Write the image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => Path = One(words);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.ExportContainerImage, new ExportContainerImage { Id = target.Id, Name = target.Name, Path = Path, Format = Format, Compression = Compression }, PassThru);
}
