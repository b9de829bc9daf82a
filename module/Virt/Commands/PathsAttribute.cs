using System;
using System.IO;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>
/// Lets a -Path be strings, files, VMs, whose first disk is meant, their drives, or rows with a Path such as Import-Csv makes, and nothing else: what was meant for one file would be done with another.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathsAttribute : TextsAttribute
{
    private protected override string Noun => "path";

    private protected override string? TextOf(PSObject item) => item.BaseObject switch
    {
        string text => text,
        FileSystemInfo file => file.FullName,
        VM { DiskPath.Length: > 0 } vm => vm.DiskPath,
        VMDrive { Type: VMDriveType.HardDisk, Path.Length: > 0 } drive => drive.Path,
        _ => CellOf(item, "Path"),
    };
}
