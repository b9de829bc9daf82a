using System.Collections;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes volumes of archives.</summary>
/// <remarks>Makes a volume of what a tar archive on the host holds, such as one that Export-VirtVolume has written.</remarks>
/// <example>
/// <code>
/// Export-VirtVolume db -Path /tmp/db.tar
/// Import-VirtVolume db2 -Path /tmp/db.tar
/// </code>
/// <para>Makes a second volume of what the first holds.</para>
/// </example>
[Cmdlet(VerbsData.Import, "VirtVolume", SupportsShouldProcess = true)]
[OutputType(typeof(VirtVolume))]
public sealed class ImportVirtVolumeCommand : NewCommand
{
    /// <summary>The new volume's name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The archive on the host, an absolute path.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    /// <summary>Your own names and values on it, as @{ Name = 'value' } or 'Name=value'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Labels { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Make(Methods.ImportVirtVolume, new ImportVirtVolume { Name = Name, Path = Path, Labels = NameValuesAttribute.ToStrings(Labels) }, Name);
}
