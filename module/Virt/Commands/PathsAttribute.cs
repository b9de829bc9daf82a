using System;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>
/// Lets a -Path be strings, files, VMs, whose first disk is meant, their drives, or rows with a Path such as Import-Csv makes, and nothing else: PowerShell would turn any object into a
/// string, and what was meant for one file would be done with another.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PathsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        LanguagePrimitives.GetEnumerable(inputData) is { } items ? items.Cast<object>().Select(Find).ToArray() : new[] { Find(inputData) };

    private static string Find(object? item)
    {
        if (item is null)
        {
            throw new ArgumentTransformationMetadataException("Cannot use null as a path.", new PSInvalidCastException("Cannot use null as a path."));
        }

        var wrapped = PSObject.AsPSObject(item);
        return wrapped.BaseObject switch
        {
            string text => text,
            FileSystemInfo file => file.FullName,
            VM { DiskPath.Length: > 0 } vm => vm.DiskPath,
            VMDrive { Type: VMDriveType.HardDisk, Path.Length: > 0 } drive => drive.Path,
            PSCustomObject when wrapped.Properties["Path"]?.Value is { } path && !wrapped.TypeNames[0].Contains("Virt.") => path.ToString()!,
            _ => throw new ArgumentTransformationMetadataException(
                $"Cannot use a {wrapped.TypeNames[0]} as a path: paths are strings.",
                new PSInvalidCastException($"Cannot use a {wrapped.TypeNames[0]} as a path: paths are strings.")),
        };
    }
}
