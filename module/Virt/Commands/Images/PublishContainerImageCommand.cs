using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Sends images to registries.</summary>
/// <remarks>
/// Sends an image of the host to a registry (docker push). What the registry has already is not sent, and what another repository of it has is mounted from there
/// where the registry allows. The manifest goes last, so that nobody sees half an image. Give -Destination to send it under another name, or to another registry.
/// </remarks>
/// <example>
/// <code>
/// Save-ContainerImage debian:12
/// Publish-ContainerImage debian:12 -Destination localhost:5000/team/debian:12
/// </code>
/// <para>Copies an image to a registry of one's own.</para>
/// </example>
/// <example>
/// <code>Publish-ContainerImage tools:1 -Destination localhost:5000/team/tools:1 -Compression Zstd</code>
/// <para>Sends an image with layers that are compressed by zstd.</para>
/// </example>
[Cmdlet(VerbsData.Publish, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImagePublication))]
public sealed class PublishContainerImageCommand : RegistryCommand
{
    /// <summary>The image on the host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Names]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Its name at the registry, such as host:5000/team/app:1.2. Without it: the same as on the host.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? Destination { get; set; }

    /// <summary>How its layers are compressed there: AsIs, as they came; Gzip, Zstd or None. Where they were compressed otherwise, the image has another digest there.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = ContainerImageCompression.AsIs)]
    public ContainerImageCompression Compression { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Array.ForEach(Name, name =>
    {
        var request = new PublishContainerImage { Name = name, Destination = Given(Destination) ?? "", Credential = CredentialFor(Given(Destination) ?? name), Compression = Compression };
        ForEachHost(HostNames, host => Guard(name, () => Change(host, new Target(Guid.Empty, name, name), Methods.PublishContainerImage, request)));
    });
}
