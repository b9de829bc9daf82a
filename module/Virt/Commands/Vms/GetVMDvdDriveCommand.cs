using System.Management.Automation;
using Virt.Completion;

namespace Virt.Commands;

/// <summary>Gets the DVD drives of virtual machines.</summary>
/// <remarks>
/// Gives each DVD drive with the image that is in it; an empty Path is an empty drive.
/// </remarks>
/// <example>
/// <code>Get-VMDvdDrive web02</code>
/// <para>Shows the DVD drives of a machine.</para>
/// </example>
/// <example>
/// <code>Get-VMDvdDrive | Where-Object Path -ne ''</code>
/// <para>Shows what is in the DVD drives of all machines.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMDvdDrive", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMDrive))]
public sealed class GetVMDvdDriveCommand : GetVMDriveCommand
{
    /// <summary>The names of DVD drives, such as dvd0; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = Machine)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VMDvdDriveNameCompleter))]
    public string[] Name { get; set; } = [];

    private protected override string[] DriveNames => Name;

    private protected override VMDriveType Type => VMDriveType.Dvd;
}
