using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Takes images in from archives.</summary>
/// <remarks>Takes the images of an archive or a folder on the host into its image store: an OCI layout, as skopeo, podman, buildah and umoci write it, or a docker-archive, as docker save does; a tar archive, compressed by gzip or zstd or not, or a folder. Every layer is verified, and unpacked once however many images have it. Nothing is ever written outside a layer, whatever the archive says.</remarks>
/// <example>
/// <code>
/// Export-ContainerImage tools:1 -Path /tmp/tools.tar
/// Import-ContainerImage -Path /tmp/tools.tar -Name tools:2
/// </code>
/// <para>Writes an image into an archive, and takes it in by another name.</para>
/// </example>
[Cmdlet(VerbsData.Import, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class ImportContainerImageCommand : NewCommand
{
    /// <summary>The archive or folder on the host, an absolute path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    /// <summary>What the image is to be called. Without it: as the archive says, else as the file is called.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? Name { get; set; }

    /// <summary>Which image to take of an archive that has some for several platforms, such as linux/arm64. Without it: the one for the host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Platform { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachHost(HostNames, host => Guard(Path, () => Change(
        host,
        new Target(System.Guid.Empty, Path, Path),
        Methods.ImportContainerImage,
        new ImportContainerImage { Path = Path, Name = Given(Name) ?? "", Platform = Given(Platform) ?? "" },
        follow: static (_, found) => found.Items)));
}
