using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>
/// Lets a -Name be strings, or rows with a Name such as Import-Csv makes, and nothing else: PowerShell would turn any object into a string, and
/// <c>Get-Container web | Remove-VM</c> would remove the machine of that name.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NamesAttribute : ArgumentTransformationAttribute
{
    /// <summary>A script block, which stands first where the machines come from the pipeline, is no name and no error.</summary>
    public bool MayBeScriptBlock { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        LanguagePrimitives.GetEnumerable(inputData) is { } items ? items.Cast<object>().Select(Name).ToArray() : new[] { Name(inputData) };

    private string Name(object? item)
    {
        if (item is null)
        {
            throw new ArgumentTransformationMetadataException("Cannot use null as a name.", new PSInvalidCastException("Cannot use null as a name."));
        }

        var wrapped = PSObject.AsPSObject(item);
        return wrapped.BaseObject switch
        {
            string text => text,
            ScriptBlock when MayBeScriptBlock => (string)CommandWord.Of(item)!,
            PSCustomObject when wrapped.Properties["Name"]?.Value is { } name && !wrapped.TypeNames[0].Contains("Virt.") => name.ToString()!,
            _ when wrapped.BaseObject.GetType().IsPrimitive => wrapped.ToString(),
            _ => throw new ArgumentTransformationMetadataException(
                $"Cannot use a {wrapped.TypeNames[0]} as a name: names are strings.",
                new PSInvalidCastException($"Cannot use a {wrapped.TypeNames[0]} as a name: names are strings.")),
        };
    }
}
