using System;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets images from registries.</summary>
/// <remarks>
/// Gets an image from its registry, so that containers can be made from it (docker pull). Its parts come several at once, and each is verified while it comes.
/// What the host has already is not fetched; what was fetched when it broke off is gone on with the next time, also after a restart of the agent. Of an image for several
/// platforms that for the host comes, or that of -Platform. A name without a registry means docker.io: debian is docker.io/library/debian:latest.
/// </remarks>
/// <example>
/// <code>Save-ContainerImage debian:12</code>
/// <para>Gets an image from docker.io.</para>
/// </example>
/// <example>
/// <code>Save-ContainerImage localhost:5000/team/app:1.0 -PassThru</code>
/// <para>Gets an image from another registry, and shows it.</para>
/// </example>
/// <example>
/// <code>
/// $credential = [pscredential]::new('ann', [System.Net.NetworkCredential]::new('', 'secret').SecurePassword)
/// Save-ContainerImage localhost:5000/team/app:1.0 -Credential $credential
/// </code>
/// <para>Shows the registry who asks. At a prompt: -Credential (Get-Credential).</para>
/// </example>
[Cmdlet(VerbsData.Save, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class SaveContainerImageCommand : RegistryCommand
{
    /// <summary>The names of images: debian:12, host:5000/team/app:1.2, or with a digest, debian@sha256:….</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Names]
    public string[] Name { get; set; } = [];

    /// <summary>The platform, such as linux/arm64. Without it: the host's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Platform { get; set; }

    /// <summary>Write the image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Array.ForEach(Name, name =>
    {
        var request = new SaveContainerImage { Name = name, Platform = Platform ?? "", Credential = CredentialFor(name) };
        ForEachHost(HostNames, host => Guard(name, () => Change(host, new Target(Guid.Empty, name, name), Methods.SaveContainerImage, request, PassThru)));
    });
}
