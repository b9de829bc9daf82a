using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Writes volumes into archives.</summary>
/// <remarks>Writes what a volume holds into a tar archive on the host: owners, permissions, links, holes and extended attributes as they are.</remarks>
/// <example>
/// <code>Export-VirtVolume db -Path /tmp/db.tar.gz</code>
/// <para>Writes a volume into a compressed archive on its host.</para>
/// </example>
[Cmdlet(VerbsData.Export, "VirtVolume", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VirtVolume))]
public sealed class ExportVirtVolumeCommand : VolumeOperandCommand
{
    /// <summary>A file of the host that is not there yet, an absolute path; compressed as its name says: .tar, .tar.gz, .tar.zst.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Id)]
    public string Path { get; set; } = "";

    /// <summary>Write the volume.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void TakeFirst(string[] words) => Path = One(words);

    private protected override string? ForOne => nameof(Path);

    private protected override void Act(HostCalls host, Target target) =>
        Change(host, target, Methods.ExportVirtVolume, new ExportVirtVolume { Id = target.Id, Name = target.Name, Path = Path }, PassThru);
}
