using System;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Gets images of virtual machines from web servers.</summary>
/// <remarks>
/// Gets an image for clouds, so that virtual machines can be made from it: New-VM -Image debian/12 -UserName ann -SshKey …. With -Uri it is the disk at that address, and what must come is said by -Checksum,
/// or stands in a list such as SHA256SUMS at -ChecksumUri. With -Server it is the newest disk of that name for the host's CPU (or another -Architecture) on a server that says what it has by streams/v1/index.json, as Linux Containers' and Ubuntu's do.
/// What comes is verified before anything else is done with it; a raw disk becomes a qcow2 image. What breaks off is gone on with the next time, also after a restart of the agent. An image that is there with that checksum is
/// not fetched again; for a newer one of the same name remove it first, or take another name.
/// Servers are asked with TLS; one without it only where the agent was told by --registry-plain-http that this is right.
/// </remarks>
/// <example>
/// <code>Save-VMImage debian/12 -Uri http://localhost:5080/debian-12.qcow2 -ChecksumUri http://localhost:5080/SHA512SUMS -PassThru</code>
/// <para>Gets a disk by its address, whose checksum stands in a list beside it, and shows the image.</para>
/// </example>
/// <example>
/// <code>Save-VMImage alpine/edge/cloud -Server http://localhost:5080</code>
/// <para>Gets the newest disk of that name that a server has for the host's CPU.</para>
/// </example>
[Cmdlet(VerbsData.Save, "VMImage", DefaultParameterSetName = "Uri", SupportsShouldProcess = true)]
[OutputType(typeof(VMImage))]
public sealed class SaveVMImageCommand : NewCommand
{
    /// <summary>What the image will be called, such as debian/12; with -Server also what it is called there.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The address of its disk, a qcow2 image or a raw disk: https://….</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Uri")]
    [Alias("Source")]
    public string Uri { get; set; } = "";

    /// <summary>What its bytes must come to: 'sha256:' and 64 hexadecimal digits, or 'sha512:' and 128.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Uri")]
    public string? Checksum { get; set; }

    /// <summary>The address of a list of checksums that has the disk's name in it, such as …/SHA256SUMS.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "Uri")]
    public string? ChecksumUri { get; set; }

    /// <summary>The address of a server that says by streams/v1/index.json what it has.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Server")]
    public string Server { get; set; } = "";

    /// <summary>Your own words on it. Without it: what the server says.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Description { get; set; } = "";

    /// <summary>A QEMU guest agent starts in it, so that its silence means that something is wrong.</summary>
    [Parameter]
    public SwitchParameter GuestAgent { get; set; }

    /// <summary>The CPU that it is for: the host's, X64 or Arm64. What is at an address does not say that by itself. Machines of another CPU than the host's are emulated: New-VM -Architecture.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = VMArchitecture.Host)]
    public VMArchitecture Architecture { get; set; }

    /// <summary>Write the image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var request = new SaveVMImage
        {
            Name = Name,
            Uri = ParameterSetName == "Uri" ? Uri : "",
            Checksum = Given(Checksum) ?? "",
            ChecksumUri = Given(ChecksumUri) ?? "",
            Server = ParameterSetName == "Server" ? Server : "",
            Description = Description,
            GuestAgent = GuestAgent,
            Architecture = Architecture,
        };
        ForEachHost(HostNames, host => Guard(Name, () => Change(host, new Target(Guid.Empty, Name, Name), Methods.SaveVMImage, request, PassThru)));
    }
}
