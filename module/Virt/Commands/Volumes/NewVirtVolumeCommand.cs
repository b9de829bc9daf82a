using System.Collections;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes volumes.</summary>
/// <remarks>
/// The volume is empty. The first container that starts with it fills it with what its image has at the volume's place, with owners and permissions, unless that is forbidden by -Volume name:/inside:nocopy. Nothing deletes it but Remove-VirtVolume: it outlives the containers that have it.
/// </remarks>
/// <example>
/// <code>
/// New-VirtVolume uploads
/// Start-Container -Image starter -Name shop -Volume uploads:/srv/uploads -- sleep 600
/// </code>
/// <para>Makes a volume, and a container that has it.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "VirtVolume", SupportsShouldProcess = true)]
[OutputType(typeof(VirtVolume))]
public sealed class NewVirtVolumeCommand : NewCommand
{
    /// <summary>The new volume's name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>Your own names and values on it, as @{ Name = 'value' } or 'Name=value'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Labels { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Make(Methods.NewVirtVolume, new NewVirtVolume { Name = Name, Labels = NameValuesAttribute.ToStrings(Labels) }, Name);
}
