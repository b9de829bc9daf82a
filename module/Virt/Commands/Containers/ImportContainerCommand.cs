using System.Linq;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes a container of an archive that Export-Container has written.</summary>
/// <remarks>
/// <para>
/// The container has the settings that it had and all that it had written, and an identity of its own: another id, another hardware and network address, other ids of the host, an empty log, and an empty /etc/machine-id where it
/// had written one. It is not started. Its image comes along, where the host has it not; a name that stands for another image on this host goes on to do so.
/// </para>
/// <para>
/// What the container has of its host by name must be there before: networks (New-VirtNetwork, or -Network for another one), volumes (New-VirtVolume, Import-VirtVolume, or -Volume for others), folders and devices. The error
/// says what is missing; nothing is left of an import that fails. Every part of the archive is verified.
/// </para>
/// <para>
/// Of the host the container gets what the archive says. An archive of somebody else is like a command line of somebody else: a warning tells what it gets of the host, with -WhatIf too.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// Export-Container job -Path /tmp/job.tar
/// Import-Container /tmp/job.tar -Name job-2
/// </code>
/// <para>Writes a container into an archive, and makes another one of it.</para>
/// </example>
[Cmdlet(VerbsData.Import, "Container", SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class ImportContainerCommand : NewCommand
{
    /// <summary>The archive or folder on the host, an absolute path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    /// <summary>What the container is to be called. Without it: as it was.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? Name { get; set; }

    /// <summary>Its network on this host, or several, as for New-Container. Without it: those that have the names of its own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Network { get; set; } = [];

    /// <summary>Its address in the network, or one of each family. Without it: a free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>Ports of the host that lead to it, as for New-Container; @() for none. Without it: those that it had.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[]? Publish { get; set; }

    /// <summary>Its volumes, as for New-Container; @() for none. Without it: those that it had.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyCollection]
    public string[]? Volume { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachHost(HostNames, host => Guard(Path, () => Change(
        host,
        new Target(System.Guid.Empty, Given(Name) ?? Path, Path),
        Methods.ImportContainer,
        new ImportContainer { Path = Path, Name = Given(Name) ?? "", Network = Network.FirstOrDefault() ?? "", AdditionalNetworks = [.. Network.Skip(1)], IPAddresses = IPAddress, Publish = Publish, Volumes = Volume },
        follow: (_, container) =>
        {
            if (container.Status.Length > 0)
            {
                Warn($"Container '{container.Name}': {container.Status}");
            }

            return container;
        })));
}
