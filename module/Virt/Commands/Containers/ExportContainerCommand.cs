using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Writes a container into an archive.</summary>
/// <remarks>
/// <para>
/// The archive, a tar archive or a folder on the host, carries the whole container: its image, what patches and what itself have changed over that, and its settings; Import-Container makes the same container of it on any
/// host. The container is not changed. One that runs stands still while what it has written is packed, and goes on before the archive is written, so that the archive is of one moment. Files that a program has open and has
/// not written yet are as after a power cut.
/// </para>
/// <para>
/// What lies in its volumes is no part of it: Export-VirtVolume writes that. Nor are its log, what a terminal shows, and an older generation that Undo-Patch could put back. The archive holds the values of its environment
/// variables as they are, with what is secret in them.
/// </para>
/// <para>
/// The archive is an OCI layout too: skopeo, podman, buildah and Import-ContainerImage read the whole container's root as an image from it.
/// </para>
/// <para>
/// With -Flat it is the files of the container's root and nothing else, as docker export writes them: no settings, no layers, and nothing of its volumes. Owners are those that its processes see, extended attributes, hard links and devices come
/// along; /etc/hostname, /etc/hosts and /etc/resolv.conf are its image's. New-ContainerImage -Path makes an image of it, as docker import and podman import do. A container that runs stands still until it is written.
/// </para>
/// </remarks>
/// <example>
/// <code>Export-Container web -Path /tmp/web.tar.gz</code>
/// <para>Writes a container that runs into an archive.</para>
/// </example>
/// <example>
/// <code>
/// Export-Container web -Path /tmp/web.tar -Flat
/// New-ContainerImage web-root:1 -Path /tmp/web.tar -Command /bin/sh
/// </code>
/// <para>Writes the files of a container into one archive, and makes an image of one layer of them.</para>
/// </example>
[Cmdlet(VerbsData.Export, "Container", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class ExportContainerCommand : ContainerOperandChangeCommand
{
    /// <summary>What is not there yet on the host, an absolute path: a file where it ends in .tar, .tar.gz, .tgz, .tar.zst or .tzst, compressed as that says, else a folder.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string Path { get; set; } = "";

    /// <summary>Only the files of its root, as docker export writes them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Flat { get; set; }

    /// <summary>Write the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => Path = One(words);

    private protected override string? ForOne => nameof(Path);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.ExportContainer, new ExportContainer { Id = target.Id, Name = target.Name, Path = Path, Flat = Flat }, PassThru);
}
